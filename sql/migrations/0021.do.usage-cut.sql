-- A usage object that was cut has a flag of its own: beside a cut `extra`, it may be whole.

comment on column tricost.llm_calls.usage_raw is 'The provider''s usage object, kept where it cannot be taken as it is: it contradicts itself (flag usage_mismatch), counts what was not read (usage_unread_keys) or left the cache out of its input (usage_cache_added). Read again whenever the call is priced again. NULL: nothing was doubtful, or it was too large to keep (usage_cut; extra_cut in calls of earlier releases).';

-- And a price may be that of every region.

comment on column tricost.prices.region is 'Where the call was served, in the provider''s words. Empty: wherever no other row names the region. *: in every region that a call states and no other row names.';
