/** What each feature costs. */
import type { Card } from '../card.ts';
import alertHistory from './alert-history.sql' with { type: 'text' };
import featuresOfDays from './features-of-days.sql' with { type: 'text' };
import { ofDays } from './of-days.ts';
import spendByFeature from './spend-by-feature.sql' with { type: 'text' };
import { UNPRICED } from './unpriced.ts';

const features = (days: 7 | 30): Card => ({
  slug: `features-${days}-days`,
  title: `Features, last ${days} days`,
  question: `What did each feature cost, against the ${days} days before? Marked: its alert is open.`,
  sql: ofDays(featuresOfDays, days),
  view: 'feature_windows',
  parameters: ['environment', 'model'],
  display: { kind: 'table', highlight: 'alert' },
  columns: [
    { name: 'feature', title: 'Feature', format: 'text' },
    { name: 'total_cost_usd', title: 'Cost', format: 'usd', bar: true },
    { name: 'share', title: 'Share', format: 'percent', wide: true },
    { name: 'calls', title: 'Calls', format: 'count' },
    { name: 'cost_per_call_usd', title: 'Per call', format: 'usd_fine', wide: true },
    { name: 'change', title: 'Change', format: 'change' },
    UNPRICED,
    { name: 'alert', title: 'Alert', format: 'text' },
  ],
  click: { column: 'feature', sets: { feature: 'feature' } },
});

export const byFeature: readonly Card[] = [
  {
    slug: 'spend-by-feature',
    title: 'Spend by feature',
    question:
      'Which features cost what, day by day? The dearest, eight at most, and all others as one.',
    sql: spendByFeature,
    view: 'spend_by_feature_day',
    parameters: ['window', 'environment', 'model'],
    display: { kind: 'bar', x: 'day', y: ['cost_usd'], breakout: 'feature', stacked: true },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'feature', title: 'Feature', format: 'text' },
      { name: 'cost_usd', title: 'Spend', format: 'usd' },
    ],
    click: { column: 'feature', sets: { feature: 'feature' } },
  },
  features(7),
  features(30),
  {
    slug: 'alert-history',
    title: 'Alerts',
    question:
      'What was told of, and what became of it: spend of features, lost tags, models without a price? The newest fifty.',
    sql: alertHistory,
    view: 'alert_history',
    parameters: ['feature'],
    display: { kind: 'table' },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'feature', title: 'Feature', format: 'text' },
      { name: 'transition', title: 'What', format: 'text' },
      { name: 'rule', title: 'Rule', format: 'text', under: true },
      { name: 'previous_usd', title: 'Compared with', format: 'usd', wide: true },
      { name: 'current_usd', title: 'Spend', format: 'usd', wide: true },
      { name: 'change_ratio', title: 'Change', format: 'change' },
      { name: 'detail', title: 'Detail', format: 'text', under: true },
    ],
    click: { column: 'feature', sets: { feature: 'feature' } },
    empty: 'No alert yet.',
  },
];
