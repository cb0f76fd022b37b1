-- What every feature spent in two windows and in the month so far, in one statement, so in one snapshot.
-- $1 first day of the previous window, $2 of the current one, $3 the day after it, $4 first of the month: days of the
-- reporting zone. $5 as of when. Half-open ranges. A row per feature with calls in any of
-- them: new and vanished ones too; one row without a feature when there are none. Sums leave out what is NULL: an unknown cost is counted, never taken for zero.
with features as (
  select feature,
    coalesce(sum(calls) filter (where day >= $1 and day < $2), 0) as previous_calls,
    coalesce(sum(priced_calls) filter (where day >= $1 and day < $2), 0) as previous_priced_calls,
    coalesce(sum(unpriced_calls) filter (where day >= $1 and day < $2), 0) as previous_unpriced_calls,
    sum(input_tokens) filter (where day >= $1 and day < $2) as previous_input_tokens,
    sum(output_tokens) filter (where day >= $1 and day < $2) as previous_output_tokens,
    sum(cost_usd) filter (where day >= $1 and day < $2) as previous_usd,
    sum(cost_usd) filter (where day = $2::date - 1) as previous_last_day_usd,
    coalesce(sum(calls) filter (where day >= $2), 0) as current_calls,
    coalesce(sum(priced_calls) filter (where day >= $2), 0) as current_priced_calls,
    coalesce(sum(unpriced_calls) filter (where day >= $2), 0) as current_unpriced_calls,
    sum(input_tokens) filter (where day >= $2) as current_input_tokens,
    sum(output_tokens) filter (where day >= $2) as current_output_tokens,
    sum(cost_usd) filter (where day >= $2) as current_usd,
    sum(cost_usd) filter (where day = $3::date - 1) as current_last_day_usd,
    sum(cost_usd) filter (where day >= $4) as month_to_date_usd
  from reporting.spend_by_feature_day
  where day >= least($1::date, $4::date) and day < $3::date
  group by feature
),
data as (
  select
    (select min(ts) from reporting.llm_calls) as first_call_at,
    (select max(ts) from reporting.llm_calls where ts <= $5::timestamptz) as last_call_at
)
select data.first_call_at, data.last_call_at, features.*
from data
left join features on true
order by features.feature
