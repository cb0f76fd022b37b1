/** Whether the numbers can be relied on, and how the calls behave. */
import type { Card } from '../card.ts';
import cacheHits from './cache-hits.sql' with { type: 'text' };
import deliveries from './deliveries.sql' with { type: 'text' };
import ingestLag from './ingest-lag.sql' with { type: 'text' };
import latency from './latency.sql' with { type: 'text' };
import rejectedEvents from './rejected-events.sql' with { type: 'text' };
import reusedEventIds from './reused-event-ids.sql' with { type: 'text' };
import tagCoverage from './tag-coverage.sql' with { type: 'text' };
import unpricedModels from './unpriced-models.sql' with { type: 'text' };

export const operations: readonly Card[] = [
  {
    slug: 'cache-hits',
    title: 'Cache hits',
    question: "How much is served from the providers' prompt caches?",
    sql: cacheHits,
    view: 'spend_by_feature_day',
    parameters: ['window', 'environment', 'model', 'feature'],
    display: { kind: 'line', x: 'day', y: ['cache_hit_share', 'cached_input_share'] },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'cache_hit_share', title: 'of the calls', format: 'percent' },
      { name: 'cached_input_share', title: 'of the input tokens', format: 'percent' },
    ],
  },
  {
    slug: 'latency',
    title: 'Latency',
    question:
      'How long do calls take? From a histogram: each value is within 5 % of the exact one.',
    sql: latency,
    view: 'latency_by_feature_day',
    parameters: ['window', 'environment', 'model', 'feature'],
    display: { kind: 'line', x: 'day', y: ['p95_ms', 'p50_ms'] },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'p50_ms', title: 'p50, half of the calls', format: 'ms' },
      { name: 'p95_ms', title: 'p95, all but one in twenty', format: 'ms' },
    ],
  },
  {
    slug: 'tag-coverage',
    title: 'Tag coverage',
    question: 'Which share of the calls says its feature, its user and its prompt?',
    sql: tagCoverage,
    view: 'tag_coverage',
    parameters: ['window', 'environment', 'model'],
    display: { kind: 'line', x: 'day', y: ['with_feature', 'with_user', 'with_prompt'] },
    columns: [
      { name: 'day', title: 'Day', format: 'day' },
      { name: 'with_feature', title: 'Feature', format: 'percent' },
      { name: 'with_user', title: 'User', format: 'percent' },
      { name: 'with_prompt', title: 'Prompt', format: 'percent' },
    ],
  },
  {
    slug: 'ingest-lag',
    title: 'Ingest lag, last 24 hours',
    question:
      'From the end of a call until it is stored: 95 % took no longer. Calls stored more than an hour later are counted apart: they were imported, or waited for a database.',
    sql: ingestLag,
    view: 'llm_calls',
    parameters: [],
    display: { kind: 'scalar', value: 'lag_ms_p95' },
    columns: [
      { name: 'lag_ms_p95', title: 'p95', format: 'ms' },
      { name: 'lag_ms_max', title: 'slowest', format: 'ms' },
      { name: 'calls', title: 'calls', format: 'count' },
      { name: 'later_calls', title: 'more than an hour later', format: 'count' },
    ],
  },
  {
    slug: 'reused-event-ids',
    title: 'Calls counted twice, last 7 days',
    question:
      'An event_id that came again with another ts: a producer changes ts on retry. Or one response under two ids: two meters saw it.',
    sql: reusedEventIds,
    view: 'llm_calls',
    parameters: [],
    display: { kind: 'scalar', value: 'calls' },
    columns: [
      { name: 'calls', title: 'Calls', format: 'count' },
      { name: 'reused_ids', title: 'by a changed ts', format: 'count' },
      { name: 'seen_by_two', title: 'by two meters', format: 'count' },
      { name: 'surplus_usd', title: 'too much', format: 'usd' },
    ],
  },
  {
    slug: 'unpriced-models',
    title: 'Calls without a price',
    question: 'Which calls are in no sum of money, because their price is not known?',
    sql: unpricedModels,
    view: 'spend_by_feature_day',
    parameters: ['window', 'environment', 'model', 'feature'],
    display: { kind: 'table' },
    columns: [
      { name: 'model', title: 'Model', format: 'text' },
      { name: 'provider', title: 'Provider', format: 'text', under: true },
      { name: 'unpriced_calls', title: 'Calls', format: 'count', bar: true },
      { name: 'share', title: "Of the model's calls", format: 'percent' },
      { name: 'first_day', title: 'First', format: 'day' },
      { name: 'last_day', title: 'Last', format: 'day' },
    ],
    click: { column: 'model', sets: { model: 'model' } },
    empty: 'Every call has a price.',
  },
  {
    slug: 'rejected-events',
    title: 'Rejected events',
    question: 'Which events could not be calls, and why? Kept for 30 days.',
    sql: rejectedEvents,
    view: 'rejected_calls',
    parameters: [],
    display: { kind: 'table' },
    columns: [
      { name: 'reason', title: 'Reason', format: 'text' },
      { name: 'events', title: 'Events', format: 'count', bar: true },
      { name: 'last_received_at', title: 'Last', format: 'time' },
    ],
    empty: 'No event was rejected.',
  },
  {
    slug: 'deliveries',
    title: 'Deliveries',
    question:
      'What did each producer send, and what is missing of it? Late: a later envelope came more than a day ago.',
    sql: deliveries,
    view: 'deliveries',
    parameters: [],
    display: { kind: 'table' },
    columns: [
      { name: 'producer_id', title: 'Producer', format: 'text' },
      { name: 'envelopes_sent', title: 'Envelopes', format: 'count' },
      { name: 'envelopes_missing', title: 'Missing', format: 'count' },
      { name: 'late_envelopes', title: 'Late', format: 'count' },
      { name: 'events_rejected', title: 'Events rejected', format: 'count' },
      { name: 'calls_dropped', title: 'Calls dropped', format: 'count' },
      { name: 'last_received_at', title: 'Last', format: 'time' },
    ],
    empty: 'No producer numbers its envelopes.',
  },
];
