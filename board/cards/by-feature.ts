/** What each feature costs. */
import type { Card } from '../card.ts';
import alertHistory from './alert-history.sql' with { type: 'text' };
import spendByFeature from './spend-by-feature.sql' with { type: 'text' };

export const byFeature: readonly Card[] = [
  {
    slug: 'spend-by-feature',
    title: 'Spend by feature',
    question: 'Which features cost what, day by day? The eight dearest, and all others as one.',
    sql: spendByFeature,
    view: 'spend_by_feature_day',
    parameters: ['window', 'environment', 'model'],
    display: { kind: 'area', x: 'day', y: ['cost_usd'], breakout: 'feature', stacked: true },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'feature', title: 'Feature', format: 'text' },
      { name: 'cost_usd', title: 'Spend', format: 'usd' },
    ],
    click: { column: 'feature', sets: 'feature' },
  },
  {
    slug: 'alert-history',
    title: 'Alerts',
    question: 'Which alerts were raised, and on which numbers? The newest fifty.',
    sql: alertHistory,
    view: 'alerts',
    parameters: ['feature'],
    display: { kind: 'table' },
    columns: [
      { name: 'local_date', title: 'Day', format: 'day' },
      { name: 'feature', title: 'Feature', format: 'text' },
      { name: 'rule', title: 'Rule', format: 'text' },
      { name: 'previous_usd', title: '7 days before', format: 'usd' },
      { name: 'current_usd', title: '7 days', format: 'usd' },
      { name: 'change_ratio', title: 'Change', format: 'change' },
    ],
    click: { column: 'feature', sets: 'feature' },
  },
];
