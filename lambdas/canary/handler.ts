/** Every quarter of an hour: says how the previous canary arrived, then sends the next one through the calls queue. */
import { SQSClient } from '@aws-sdk/client-sqs';
import {
  forgetCanaries,
  noteCanary,
  previousCanary,
  type SentCanary,
} from '../../adapters/postgres/canaries.ts';
import { publishBody } from '../../adapters/sqs/publish-body.ts';
import { canaryEnvelope, canarySequence } from '../../domain/canary.ts';
import { databaseFunction } from '../database-function.ts';
import { report } from '../report.ts';
import { readScheduledRun, type ScheduledRun } from '../scheduled-run.ts';
import { readCanaryEnv } from './env.ts';

const settings = readCanaryEnv(process.env);
const sqs = new SQSClient();

interface CanaryResult {
  sent: number;
  /** Null: none to judge. */
  previous: SentCanary | null;
}

export const handler = databaseFunction<ScheduledRun, CanaryResult>({
  slug: 'canary',
  database: settings.database,
  async run(event, services) {
    const sequence = canarySequence(readScheduledRun(event));
    const client = await services.connection();
    const previous = await previousCanary(client, sequence);
    if (previous !== undefined) {
      const { lagMs } = previous;
      report(
        'canary',
        lagMs === null ? { CanaryArrived: 0 } : { CanaryArrived: 1, CanaryLagMs: lagMs },
      );
    }
    // Noted first: a canary that arrives before it is noted would have a lag below zero.
    await noteCanary(client, sequence);
    await publishBody(sqs, settings.queueUrl, canaryEnvelope(sequence));
    await forgetCanaries(client);
    return { sent: sequence, previous: previous ?? null };
  },
});
