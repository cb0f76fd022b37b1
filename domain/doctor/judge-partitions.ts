/** Judges which months calls can be stored in. */
import { type Finding, mend, notHere, warning, well } from './finding.ts';
import type { Remedies } from './remedies.ts';

export interface PartitionFacts {
  /** First instants of the months that are attached and stay so, ascending. */
  months: Date[];
  /** Partitions that a `detach concurrently` left half detached. */
  detachPending: string[];
  /** Tables that look like a month and are attached to nothing. */
  unattached: string[];
  defaultPartition: string | undefined;
}

export interface PartitionRange {
  monthsBack: number;
  monthsAhead: number;
}

/** @param facts undefined while there is no table */
export function judgePartitions(
  facts: PartitionFacts | undefined,
  range: PartitionRange,
  now: Date,
  remedies: Remedies,
): Finding[] {
  if (facts === undefined) {
    const why = 'the deploy makes the partitions';
    return [
      notHere('partitions', why),
      notHere('default-partition', why),
      notHere('detached-partitions', why),
    ];
  }
  return [
    judgeMonths(facts, range, now, remedies),
    judgeDefault(facts, remedies),
    judgeDetached(facts, remedies),
  ];
}

function judgeMonths(
  { months }: PartitionFacts,
  { monthsBack, monthsAhead }: PartitionRange,
  now: Date,
  remedies: Remedies,
): Finding {
  const present = new Set(months.map((month) => month.getTime()));
  const missing: number[] = [];
  for (let offset = -monthsBack; offset <= monthsAhead; offset += 1) {
    if (!present.has(firstOfMonth(now, offset).getTime())) missing.push(offset);
  }
  const [first] = missing;
  const last = missing.at(-1);
  if (first === undefined || last === undefined) {
    return well(
      'partitions',
      `${shown(now, -monthsBack)} to ${shown(now, monthsAhead)} at least: ${monthsBack} months back, ${monthsAhead} ahead`,
    );
  }
  const command = remedies.tricostOnDatabase(
    `partitions ensure --from ${shown(now, first)} --to ${shown(now, last)}`,
  );
  const list = missing.map((offset) => shown(now, offset)).join(', ');
  // The job of the night makes the last month; on the first of a month it is due and not made yet.
  return first > 1
    ? warning('partitions', `${list} has no partition yet; the nightly job makes it`, command)
    : mend(
        'partitions',
        `${list} has no partition: calls of that month are refused, or wait`,
        command,
      );
}

function judgeDefault({ defaultPartition }: PartitionFacts, remedies: Remedies): Finding {
  if (defaultPartition === undefined) return well('default-partition', 'none, as it must be');
  return mend(
    'default-partition',
    `${defaultPartition} is a DEFAULT partition: one row in it blocks creating that row's month`,
    remedies.sql(`alter table tricost.llm_calls detach partition ${defaultPartition}`),
  );
}

function judgeDetached(facts: PartitionFacts, remedies: Remedies): Finding {
  const [pending] = facts.detachPending;
  if (pending !== undefined) {
    return mend(
      'detached-partitions',
      `${pending} is half detached: a retention run was interrupted`,
      remedies.sql(`alter table tricost.llm_calls detach partition ${pending} finalize`),
    );
  }
  const [unattached] = facts.unattached;
  if (unattached === undefined) return well('detached-partitions', 'none');
  return warning(
    'detached-partitions',
    `${unattached} holds a month and is attached to nothing, so no report sees it and the month cannot be made`,
    remedies.sql(`drop table ${unattached}`),
  );
}

function firstOfMonth(now: Date, offset: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
}

function shown(now: Date, offset: number): string {
  return firstOfMonth(now, offset).toISOString().slice(0, 7);
}
