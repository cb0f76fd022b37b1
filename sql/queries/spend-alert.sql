-- What every feature spent in two windows and in the month so far, in one statement, so in one snapshot.
-- $1 first day of the previous window, $2 of the current one, $3 the day after it, $4 first of the month: days of the
-- reporting zone. $5 as of when. Half-open ranges. A row per feature with calls in any of
-- them: new and vanished ones too; one row without a feature when there are none. Sums leave out what is NULL: an unknown cost is counted, never taken for zero.
with slices as (
  select feature, prompt_name, prompt_id, model, max(prompt_version) as prompt_version,
    coalesce(sum(calls) filter (where day >= $1 and day < $2), 0) as previous_calls,
    coalesce(sum(priced_calls) filter (where day >= $1 and day < $2), 0) as previous_priced_calls,
    coalesce(sum(unpriced_calls) filter (where day >= $1 and day < $2), 0) as previous_unpriced_calls,
    sum(input_tokens) filter (where day >= $1 and day < $2) as previous_input_tokens,
    sum(output_tokens) filter (where day >= $1 and day < $2) as previous_output_tokens,
    sum(cost_usd) filter (where day >= $1 and day < $2) as previous_usd,
    coalesce(sum(calls) filter (where day >= $2), 0) as current_calls,
    coalesce(sum(priced_calls) filter (where day >= $2), 0) as current_priced_calls,
    coalesce(sum(unpriced_calls) filter (where day >= $2), 0) as current_unpriced_calls,
    sum(input_tokens) filter (where day >= $2) as current_input_tokens,
    sum(output_tokens) filter (where day >= $2) as current_output_tokens,
    sum(cost_usd) filter (where day >= $2) as current_usd,
    sum(cost_usd) filter (where day >= $4) as month_to_date_usd
  from reporting.spend_by_prompt_day
  where day >= least($1::date, $4::date) and day < $3::date
  group by feature, prompt_name, prompt_id, model
),
features as (
  select feature,
    sum(previous_calls) as previous_calls,
    sum(previous_priced_calls) as previous_priced_calls,
    sum(previous_unpriced_calls) as previous_unpriced_calls,
    sum(previous_input_tokens) as previous_input_tokens,
    sum(previous_output_tokens) as previous_output_tokens,
    sum(previous_usd) as previous_usd,
    sum(current_calls) as current_calls,
    sum(current_priced_calls) as current_priced_calls,
    sum(current_unpriced_calls) as current_unpriced_calls,
    sum(current_input_tokens) as current_input_tokens,
    sum(current_output_tokens) as current_output_tokens,
    sum(current_usd) as current_usd,
    sum(month_to_date_usd) as month_to_date_usd
  from slices
  group by feature
),
top_prompts as (
  select distinct on (feature) feature, prompt_name, prompt_id,
    max(prompt_version) as prompt_version, sum(current_usd) as current_usd
  from slices
  where current_calls > 0
  group by feature, prompt_name, prompt_id
  order by feature, sum(current_usd) desc nulls last, sum(current_calls) desc, prompt_id, prompt_name
),
top_models as (
  select distinct on (feature) feature, model, sum(current_usd) as current_usd
  from slices
  where current_calls > 0
  group by feature, model
  order by feature, sum(current_usd) desc nulls last, sum(current_calls) desc, model
),
data as (
  select
    (select min(ts) from reporting.llm_calls) as first_call_at,
    (select max(ts) from reporting.llm_calls where ts <= $5::timestamptz) as last_call_at
)
select
  data.first_call_at, data.last_call_at, features.*,
  top_prompts.prompt_name as top_prompt_name,
  top_prompts.prompt_id as top_prompt_id,
  top_prompts.prompt_version as top_prompt_version,
  top_prompts.current_usd as top_prompt_usd,
  top_models.model as top_model,
  top_models.current_usd as top_model_usd
from data
left join features on true
left join top_prompts using (feature)
left join top_models using (feature)
order by features.feature
