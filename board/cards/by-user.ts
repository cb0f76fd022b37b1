/** What the dearest users cost. */
import type { Card } from '../card.ts';
import { ofDays } from './of-days.ts';
import spendByUser from './spend-by-user.sql' with { type: 'text' };
import { UNPRICED } from './unpriced.ts';
import usersOfDays from './users-of-days.sql' with { type: 'text' };

const users = (days: 7 | 30): Card => ({
  slug: `users-${days}-days`,
  title: `Users, last ${days} days`,
  question: 'Which fifty users cost most, and how many features do they use?',
  sql: ofDays(usersOfDays, days),
  view: 'llm_calls',
  parameters: ['environment', 'model', 'feature'],
  display: { kind: 'table' },
  columns: [
    { name: 'user_id', title: 'User', format: 'text' },
    { name: 'total_cost_usd', title: 'Cost', format: 'usd', bar: true },
    { name: 'features_touched', title: 'Features', format: 'count', wide: true },
    { name: 'calls', title: 'Calls', format: 'count' },
    { name: 'change', title: 'Change', format: 'change' },
    UNPRICED,
    { name: 'as_of', title: 'As of', format: 'time', once: true },
  ],
});

export const byUser: readonly Card[] = [
  {
    slug: 'spend-by-user',
    title: 'Spend by user',
    question:
      'What do the dearest users of the last 30 days, eight at most, cost day by day? All others, and the calls that name no user, as one.',
    sql: spendByUser,
    view: 'spend_by_feature_day',
    parameters: ['window', 'environment', 'model', 'feature'],
    display: { kind: 'line', x: 'day', y: ['cost_usd'], breakout: 'user_id' },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'user_id', title: 'User', format: 'text' },
      { name: 'cost_usd', title: 'Spend', format: 'usd' },
    ],
  },
  users(7),
  users(30),
];
