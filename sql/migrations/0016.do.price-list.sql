-- What the price list and the usage of a call mean, where it was said too narrowly.

comment on table tricost.price_releases is 'The built-in price lists that were added, by the SHA-256 of their text. The one that was added last is in force: a deploy of it adds nothing, so that it never takes back what an operator added since.';
comment on column tricost.price_releases.added_at is 'When the list was added, the last time: one that comes back, because a deploy was rolled back, is added again.';
