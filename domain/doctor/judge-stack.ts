/** Judges what the deployed stack is made of: that its schedules and event sources run, and what lies in its queues. */
import { plural } from '../plural.ts';
import { type Check, type Finding, mend, warning, well } from './finding.ts';
import type { Remedies } from './remedies.ts';

export interface ScheduleFacts {
  name: string;
  enabled: boolean;
}

const REQUIRED_SCHEDULES = ['create-partitions', 'reprice', 'spend-alert'];

/** @param canary as the configuration says */
export function judgeSchedules(
  schedules: readonly ScheduleFacts[],
  canary: boolean,
  remedies: Remedies,
): Finding {
  const names = schedules.map(({ name }) => name);
  const required = canary ? [...REQUIRED_SCHEDULES, 'canary'] : REQUIRED_SCHEDULES;
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    return mend('schedules', `${missing.join(' and ')} does not exist`, remedies.deploy);
  }
  const disabled = schedules.filter(({ enabled }) => !enabled);
  if (disabled.length === 0) {
    return well('schedules', `enabled: ${names.toSorted().join(', ')}`);
  }
  return mend(
    'schedules',
    `disabled: ${disabled.map(({ name }) => name).join(', ')}`,
    disabled.map(({ name }) => remedies.tricost(`schedules resume ${name}`)).join(' && '),
  );
}

export interface EventSourceFacts {
  /** What it feeds: `calls` or `notify`. */
  queue: string;
  mappings: { id: string; state: string }[];
}

export function judgeEventSources(
  sources: readonly EventSourceFacts[],
  remedies: Remedies,
): Finding {
  const missing = sources.filter(({ mappings }) => mappings.length === 0);
  if (missing.length > 0) {
    const queues = missing.map(({ queue }) => queue).join(' and ');
    return mend('event-sources', `no function reads the ${queues} queue`, remedies.deploy);
  }
  const idle = sources.flatMap(({ queue, mappings }) =>
    mappings.filter(({ state }) => state !== 'Enabled').map((mapping) => ({ queue, ...mapping })),
  );
  if (idle.length === 0) {
    return well('event-sources', `enabled: ${sources.map(({ queue }) => queue).join(', ')}`);
  }
  return mend(
    'event-sources',
    idle.map(({ queue, state }) => `that of the ${queue} queue is ${state}`).join(', '),
    idle
      .map(({ id }) => `aws lambda update-event-source-mapping --uuid ${id} --enabled`)
      .join(' && '),
  );
}

/** Above this, five concurrent batches of a hundred have work for a minute. */
const MANY_MESSAGES = 10_000;

export function judgeCallsQueue(waiting: number, remedies: Remedies): Finding {
  return waiting > MANY_MESSAGES
    ? warning(
        'calls-queue',
        `${waiting} messages wait, or are being stored`,
        `see whether the number falls: ${remedies.tricost('doctor')}; if not, docs/runbook.md#calls-late`,
      )
    : well('calls-queue', `${waiting} messages wait, or are being stored`);
}

export interface DeadLetters {
  /** As `tricost dlq --queue` calls it. */
  queue: string;
  count: number;
  /** The heading of its alarm in the runbook. */
  runbook: string;
}

export function judgeDeadLetters(
  check: Check,
  queues: readonly DeadLetters[],
  remedies: Remedies,
): Finding {
  const full = queues.filter(({ count }) => count > 0);
  const [first] = full;
  if (first === undefined) return well(check, 'empty');
  return mend(
    check,
    full.map(({ queue, count }) => `${count} in the ${queue} queue`).join(', '),
    `${remedies.tricost(`dlq peek --queue ${first.queue}`)}, then docs/runbook.md#${first.runbook}`,
  );
}

export interface RejectedFacts {
  reason: string;
  count: number;
}

/** @param reasons of the last day, most frequent first */
export function judgeRejectedCalls(reasons: readonly RejectedFacts[], remedies: Remedies): Finding {
  const [first] = reasons;
  if (first === undefined) return well('rejected-calls', 'none in the last day');
  const total = reasons.reduce((sum, { count }) => sum + count, 0);
  return warning(
    'rejected-calls',
    `${total} in the last day, most of them ${first.reason} (docs/reference/rejections.md)`,
    remedies.sql(
      "select reason, max(detail), count(*) from reporting.rejected_calls where received_at > now() - interval '1 day' group by 1 order by 3 desc",
    ),
  );
}

export interface LateDeliveryFacts {
  /** Sent, by their producers' numbers, and not here a day after a later one. */
  envelopes: number;
  producers: number;
  /** When the last of them was overtaken. */
  latestAt: Date | null;
}

/** A warning: they may be dead letters still, and what is lost is not mended by a command. */
export function judgeLateDeliveries(facts: LateDeliveryFacts, remedies: Remedies): Finding {
  const { envelopes, producers, latestAt } = facts;
  if (latestAt === null) return well('late-deliveries', 'none missing for more than a day');
  return warning(
    'late-deliveries',
    `${plural(envelopes, 'envelope')} of ${plural(producers, 'producer')} missing for more than a day, the latest since ${latestAt.toISOString().slice(0, 13)} h UTC: dead letters, parked, or lost`,
    remedies.tricost('deliveries'),
  );
}
