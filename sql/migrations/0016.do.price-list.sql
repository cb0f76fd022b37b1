-- What the price list and the usage of a call mean, where it was said too narrowly.

comment on table tricost.price_releases is 'The built-in price lists that were added, by the SHA-256 of their text. The one that was added last is in force: a deploy of it adds nothing, so that it never takes back what an operator added since.';
comment on column tricost.price_releases.added_at is 'When the list was added, the last time: one that comes back, because a deploy was rolled back, is added again.';

comment on column tricost.llm_calls.usage_raw is 'The provider''s usage object, kept where it cannot be taken as it is: it contradicts itself (flag usage_mismatch), counts what was not read (usage_unread_keys) or left the cache out of its input (usage_cache_added). Read again whenever the call is priced again. NULL: nothing was doubtful, or it was too large to keep (extra_cut).';
comment on column reporting.llm_calls.usage_source is 'Where the counts come from: provider, partial (an interrupted stream, as the event says, or as ingest sees of a call that did not end ok and whose input or output is not counted) or estimated. NULL: not said.';
