/** What the dearest users cost. */
import type { Card } from '../card.ts';
import { ofDays } from './of-days.ts';
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

export const byUser: readonly Card[] = [users(7), users(30)];
