-- What the board's filters can be set to: what was called in the last 90 days, dearest first; and whose days these are.
with recent as (
  select environment, model, feature, prompt_name, sum(cost_usd) as cost_usd
  from reporting.spend_by_prompt_day
  where day >= (select today from reporting.reporting_day) - 90
  group by environment, model, feature, prompt_name
),
named as (
  select 'environment' as kind, environment as value, sum(cost_usd) as cost_usd from recent group by environment
  union all
  select 'model', model, sum(cost_usd) from recent group by model
  union all
  select 'feature', feature, sum(cost_usd) from recent group by feature
  union all
  select 'prompt', prompt_name, sum(cost_usd) from recent group by prompt_name
),
placed as (
  select kind, value, row_number() over (partition by kind order by cost_usd desc nulls last, value) as place
  from named
  where value <> ''
)
select kind, value, place from placed where place <= 500
union all
select 'as_of', to_char(now() at time zone zone, 'FMDay FMDD FMMonth YYYY, HH24:MI') || ' ' || zone, 0 from reporting.reporting_day
order by place
