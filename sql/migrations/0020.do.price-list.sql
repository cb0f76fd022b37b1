-- Where every row of the price list comes from, and which of two releases is the newer one.

alter table tricost.price_releases
  add column catalogue text,
  add column published date,
  add column revision integer;
comment on table tricost.price_releases is 'The releases of the price list that were added, by the SHA-256 of their text. An older one than the one that was added last is not added.';
comment on column tricost.price_releases.added_at is 'When the release was added, the last time.';
comment on column tricost.price_releases.catalogue is 'What it was made from. NULL: added before this was noted.';
comment on column tricost.price_releases.published is 'When its catalogue was published: that of a later day is newer. NULL: not noted, older than any other.';
comment on column tricost.price_releases.revision is 'Counts the lists that tricost made: of two with a catalogue of the same day, the higher is newer.';

comment on column tricost.prices.release is 'The release that brought the row, by its digest. NULL: somebody entered it by hand, and no release changes it.';

alter table tricost.model_names add column release text;
comment on column tricost.model_names.release is 'The release that brought the row, by its digest. NULL: somebody entered it by hand, and no release changes it.';

-- Until now only `tricost prices alias` wrote single names that are inferred, and only releases wrote any others. The last release
-- stands for whichever it was. What the rows say is not touched.
alter table tricost.model_names disable trigger model_names_append_only;
update tricost.model_names
set release = coalesce((select digest from tricost.price_releases order by added_at desc limit 1), 'not noted')
where match = 'family' or price_status = 'priced';
alter table tricost.model_names enable trigger model_names_append_only;
