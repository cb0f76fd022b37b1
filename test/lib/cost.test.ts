/** What `tricost cost` takes for given, against the template and the functions that make it true. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ALARM_METRICS,
  CANARY,
  INGEST,
  METRICS,
  POLLED_QUEUES,
  SCHEDULED_MEMORY_MB,
  SCHEDULED_RUNS_A_DAY,
} from '../../domain/cost/stack-inventory.ts';
import { parseScheduleExpression } from '../../domain/schedules/schedule-expression.ts';
import { resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize();
const withCanary = synthesize({ canary: true });
const LAMBDAS = new URL('../../lambdas/', import.meta.url);

const propertiesOf = (type: string, of = template) =>
  resourcesOf(of, type).map(([, { Properties }]) => Properties);

// After a change here, `npm run generate` writes the figures of the docs again.

test('alarms are billed by the metrics they watch', () => {
  const watched = (of: typeof template) =>
    propertiesOf('AWS::CloudWatch::Alarm', of)
      .map(({ Metrics }) =>
        Array.isArray(Metrics)
          ? Metrics.filter((metric) => metric.MetricStat !== undefined).length
          : 1,
      )
      .reduce((sum, metrics) => sum + metrics, 0);
  expect(watched(template)).toBe(ALARM_METRICS);
  expect(watched(withCanary)).toBe(ALARM_METRICS + CANARY.alarmMetrics);
});

test('every function that reports metrics is in the list, with all of them', () => {
  const names = new Map<string, Set<string>>();
  for (const file of readdirSync(LAMBDAS, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const source = readFileSync(new URL(file, LAMBDAS), 'utf8');
    // Whatever computes the counts: everything up to the call's end is looked through.
    for (const { 0: call, 1: slug = '', index } of source.matchAll(/\breport\(\s*'([a-z-]+)'/g)) {
      const counts = untilClosed(source.slice(index + call.length));
      const known = names.get(slug) ?? new Set();
      for (const [, name = ''] of counts.matchAll(/\b([A-Z]\w+):/g)) known.add(name);
      names.set(slug, known);
    }
  }
  const computed = Object.entries(METRICS).map(([slug, { metrics }]) => [slug, metrics]);
  expect(Object.fromEntries([...names].map(([slug, { size }]) => [slug, size]))).toEqual(
    Object.fromEntries([...computed, ['canary', CANARY.metrics]]),
  );
});

/** Up to the parenthesis that closes the one before the text. */
function untilClosed(text: string): string {
  let depth = 1;
  for (const [index, character] of [...text].entries()) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) return text.slice(0, index);
  }
  throw new Error('a parenthesis is not closed');
}

test('the schedules run as often as is computed', () => {
  expect(runsADay(template)).toBe(SCHEDULED_RUNS_A_DAY);
  expect(runsADay(withCanary)).toBe(SCHEDULED_RUNS_A_DAY + CANARY.runsADay);
});

function runsADay(of: typeof template): number {
  // The first is after `from`, which is therefore before midnight.
  const [from, to] = [new Date('2026-11-22T23:59:59Z'), new Date('2026-11-24T00:00:00Z')];
  let runs = 0;
  for (const properties of propertiesOf('AWS::Scheduler::Schedule', of)) {
    const { ScheduleExpression, ScheduleExpressionTimezone = 'UTC' } = properties;
    const recurrence = parseScheduleExpression(
      String(ScheduleExpression),
      String(ScheduleExpressionTimezone),
    );
    for (let at = recurrence.next(from, from); at && at < to; at = recurrence.next(at, from))
      runs += 1;
  }
  return runs;
}

test('the functions and event sources are as is computed', () => {
  const memory = (text: string) =>
    propertiesOf('AWS::Lambda::Function')
      .filter(({ Description }) => String(Description).includes(text))
      .map(({ MemorySize }) => MemorySize);
  expect(memory('stores the LLM calls')).toEqual([INGEST.memoryMb]);
  expect(memory('alerts on features')).toEqual([SCHEDULED_MEMORY_MB]);
  expect(memory('monthly partitions')).toEqual([SCHEDULED_MEMORY_MB]);
  const sources = propertiesOf('AWS::Lambda::EventSourceMapping');
  expect(sources).toHaveLength(POLLED_QUEUES);
  expect(sources).toContainEqual(
    expect.objectContaining({
      BatchSize: INGEST.batchMessages,
      MaximumBatchingWindowInSeconds: INGEST.windowSeconds,
    }),
  );
});
