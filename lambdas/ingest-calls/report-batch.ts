/** The one line of log of an ingest invocation, and one more for every bug. */
import type { SQSRecord } from 'aws-lambda';
import type { BatchOutcome } from '../../adapters/postgres/store-batch.ts';
import type { BatchPlan } from '../../domain/ingest-calls/plan-batch.ts';
import { describeError, report } from '../report.ts';

export interface BatchReport {
  records: readonly SQSRecord[];
  now: Date;
  /** Messages that wait longer because something is down. */
  parked: number;
  plan?: BatchPlan;
  outcome?: BatchOutcome;
  failure?: string;
}

export function reportBatch({ records, now, parked, plan, outcome, failure }: BatchReport): void {
  for (const { messageId, error } of plan?.bugs ?? []) {
    console.error(`bug in ingest-calls on message ${messageId}: ${describeError(error)}`);
  }
  const unpriced = plan?.calls.filter(({ row }) => row.price_status === 'unpriced').length ?? 0;
  const reason = failure ?? (outcome?.failure === undefined ? '' : describeError(outcome.failure));
  report(
    'ingest-calls',
    {
      Messages: records.length,
      Stored: outcome?.stored ?? 0,
      Duplicate: outcome?.duplicate ?? 0,
      Rejected: outcome?.rejected ?? 0,
      Unpriced: unpriced,
      Parked: parked,
      Bugs: plan?.bugs.length ?? 0,
      LagMs: lagMs(records, now),
    },
    reason === '' ? {} : { failure: reason },
  );
}

/** Age of the oldest message of the batch. */
function lagMs(records: readonly SQSRecord[], now: Date): number {
  const sent = records.map(({ attributes }) => Number(attributes.SentTimestamp));
  return Math.max(0, now.getTime() - Math.min(...sent, now.getTime()));
}
