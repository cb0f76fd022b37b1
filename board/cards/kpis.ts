/** The row at the top: what was spent, whether that is more than before, and what it will come to. */
import type { Card } from '../card.ts';
import costPer1000Calls from './cost-per-1000-calls.sql' with { type: 'text' };
import { ofDays } from './of-days.ts';
import spendMonthForecast from './spend-month-forecast.sql' with { type: 'text' };
import spendMonthToDate from './spend-month-to-date.sql' with { type: 'text' };
import spendOfDays from './spend-of-days.sql' with { type: 'text' };
import { UNPRICED } from './unpriced.ts';
import unpricedCalls from './unpriced-calls.sql' with { type: 'text' };

const PARAMETERS: Card['parameters'] = ['environment', 'model', 'feature'];

const spend = (days: 7 | 30): Card => ({
  slug: `spend-${days}-days`,
  title: `Last ${days} days`,
  question: `The ${days} whole days before today, and the ${days} before them.`,
  sql: ofDays(spendOfDays, days),
  view: 'feature_windows',
  parameters: PARAMETERS,
  display: { kind: 'smartscalar', value: 'cost_usd', time: 'last_day' },
  columns: [
    { name: 'last_day', title: 'Until', format: 'day' },
    { name: 'cost_usd', title: 'Spend', format: 'usd' },
    UNPRICED,
  ],
});

export const kpis: readonly Card[] = [
  spend(7),
  spend(30),
  {
    slug: 'spend-month-to-date',
    title: 'Month to date',
    question: 'Until yesterday, and as many days of the month before.',
    sql: spendMonthToDate,
    view: 'spend_by_feature_day',
    parameters: PARAMETERS,
    display: { kind: 'smartscalar', value: 'cost_usd', time: 'last_day' },
    columns: [
      { name: 'last_day', title: 'Until', format: 'day' },
      { name: 'cost_usd', title: 'Spend', format: 'usd' },
      UNPRICED,
    ],
  },
  {
    slug: 'spend-month-forecast',
    title: 'Forecast to month end',
    question: 'Month to date, and the mean of the last 7 days for each day left.',
    sql: spendMonthForecast,
    view: 'spend_by_feature_day',
    parameters: PARAMETERS,
    display: { kind: 'scalar', value: 'forecast_usd' },
    columns: [
      { name: 'forecast_usd', title: 'Forecast', format: 'usd' },
      { name: 'usd_per_day', title: 'a day', format: 'usd' },
      UNPRICED,
    ],
  },
  {
    slug: 'cost-per-1000-calls',
    title: 'Cost per 1,000 calls',
    question: 'Calls of known cost in the 7 days, and in the 7 before.',
    sql: costPer1000Calls,
    view: 'feature_windows',
    parameters: PARAMETERS,
    display: { kind: 'smartscalar', value: 'cost_per_1000_calls_usd', time: 'last_day' },
    columns: [
      { name: 'last_day', title: 'Until', format: 'day' },
      { name: 'cost_per_1000_calls_usd', title: 'Per 1,000 calls', format: 'usd' },
      UNPRICED,
    ],
  },
  {
    // Metabase shows one value of a number card, so what the others leave out is one of its own. No other reaches further back, but month to date by a day after two long months.
    slug: 'unpriced-calls',
    title: 'Calls without a price',
    question: 'In none of these sums. Of the 30 days, and the 30 before.',
    sql: unpricedCalls,
    view: 'feature_windows',
    parameters: PARAMETERS,
    display: { kind: 'smartscalar', value: 'unpriced_calls', time: 'last_day' },
    columns: [
      { name: 'last_day', title: 'Until', format: 'day' },
      { name: 'unpriced_calls', title: 'Calls without a price', format: 'count' },
    ],
  },
];
