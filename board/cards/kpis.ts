/** The row at the top: what was spent, and whether it is more than before. */
import type { Card } from '../card.ts';
import spend7Days from './spend-7-days.sql' with { type: 'text' };

export const kpis: readonly Card[] = [
  {
    slug: 'spend-7-days',
    title: 'Last 7 days',
    question: 'What did the 7 whole days before today cost, next to the 7 before them?',
    sql: spend7Days,
    view: 'spend_by_feature_day',
    parameters: ['environment', 'model', 'feature'],
    display: { kind: 'smartscalar', value: 'cost_usd', time: 'last_day' },
    columns: [
      { name: 'last_day', title: 'Until', format: 'day' },
      { name: 'cost_usd', title: 'Spend', format: 'usd' },
    ],
  },
];
