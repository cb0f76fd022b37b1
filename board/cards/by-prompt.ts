/** What each version of a prompt costs, and when another one took over. */
import type { Card } from '../card.ts';
import { ofDays } from './of-days.ts';
import promptTransitions from './prompt-transitions.sql' with { type: 'text' };
import promptsOfDays from './prompts-of-days.sql' with { type: 'text' };
import spendByPrompt from './spend-by-prompt.sql' with { type: 'text' };
import { UNPRICED } from './unpriced.ts';

const prompts = (days: 7 | 30): Card => ({
  slug: `prompts-${days}-days`,
  title: `Prompts, last ${days} days`,
  question: `What did each prompt version cost, against the ${days} days before? The fifty dearest.`,
  sql: ofDays(promptsOfDays, days),
  view: 'prompt_windows',
  parameters: ['environment', 'model', 'feature', 'prompt'],
  display: { kind: 'table' },
  columns: [
    { name: 'prompt', title: 'Prompt', format: 'text' },
    { name: 'version', title: 'Version', format: 'text', under: true },
    { name: 'feature', title: 'Feature', format: 'text', under: true },
    { name: 'total_cost_usd', title: 'Cost', format: 'usd', bar: true },
    { name: 'calls', title: 'Calls', format: 'count' },
    { name: 'avg_tokens', title: 'Tokens a call', format: 'count', wide: true },
    { name: 'cost_per_call_usd', title: 'Per call', format: 'usd_fine', wide: true },
    { name: 'change', title: 'Change', format: 'change' },
    UNPRICED,
    { name: 'prompt_name', title: 'Name', format: 'text', unseen: true },
  ],
  click: { column: 'prompt', sets: { feature: 'feature', prompt: 'prompt_name' } },
});

export const byPrompt: readonly Card[] = [
  {
    slug: 'spend-by-prompt',
    title: 'Spend by prompt version',
    question:
      'Which versions cost what, day by day? The dearest, eight at most, and all others as one. Dashed: another version took over.',
    sql: spendByPrompt,
    view: 'spend_by_prompt_day',
    parameters: ['window', 'environment', 'model', 'feature', 'prompt'],
    display: { kind: 'line', x: 'day', y: ['cost_usd'], breakout: 'prompt' },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'prompt', title: 'Prompt version', format: 'text' },
      { name: 'cost_usd', title: 'Spend', format: 'usd' },
    ],
    marks: 'prompt-transitions',
  },
  prompts(7),
  prompts(30),
  {
    slug: 'prompt-transitions',
    title: 'Version transitions',
    question: 'When did another version of a prompt get most of its calls?',
    sql: promptTransitions,
    view: 'prompt_transitions',
    parameters: ['window', 'environment', 'feature', 'prompt'],
    display: { kind: 'table' },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'label', title: 'Transition', format: 'text' },
      { name: 'feature', title: 'Feature', format: 'text' },
      { name: 'environments', title: 'In', format: 'text', under: true },
      { name: 'first_seen_at', title: 'First seen by ingest', format: 'time', wide: true },
      { name: 'prompt', title: 'Prompt version', format: 'text', unseen: true },
    ],
    click: { column: 'feature', sets: { feature: 'feature' } },
    empty: 'No prompt changed in these days.',
  },
];
