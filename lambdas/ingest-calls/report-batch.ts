/** The one line of log of an ingest invocation, and one more for every bug. */
import type { SQSRecord } from 'aws-lambda';
import { describeError, report } from '../report.ts';
import type { IngestOutcome } from './ingest-messages.ts';

export interface BatchReport {
  records: readonly SQSRecord[];
  now: Date;
  /** Messages that wait longer because something is down. */
  parked: number;
  outcome?: IngestOutcome;
  failure?: string;
}

export function reportBatch({ records, now, parked, outcome, failure }: BatchReport): void {
  for (const { messageId, error } of outcome?.bugs ?? []) {
    console.error(`bug in ingest-calls on message ${messageId}: ${describeError(error)}`);
  }
  const reason = failure ?? (outcome?.failure === undefined ? '' : describeError(outcome.failure));
  const late = outcome?.lateMessageIds.size ?? 0;
  report(
    'ingest-calls',
    {
      Messages: records.length,
      Stored: outcome?.stored ?? 0,
      Duplicate: outcome?.duplicate ?? 0,
      Rejected: outcome?.rejected ?? 0,
      Unpriced: outcome?.unpriced ?? 0,
      Parked: parked,
      Bugs: outcome?.bugs.length ?? 0,
      LagMs: lagMs(records, now),
    },
    {
      ...(reason === '' ? {} : { failure: reason }),
      ...(late === 0 ? {} : { late: `${late} messages come again: there was no time for them` }),
    },
  );
}

/** Age of the oldest message of the batch. */
function lagMs(records: readonly SQSRecord[], now: Date): number {
  const sent = records.map(({ attributes }) => Number(attributes.SentTimestamp));
  return Math.max(0, now.getTime() - Math.min(...sent, now.getTime()));
}
