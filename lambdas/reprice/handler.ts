/** Every morning, before the alert: calls without a price get theirs where one has arrived since, and Slack is told. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { countPending } from '../../adapters/postgres/outbox.ts';
import { RepricingBusy } from '../../adapters/postgres/reprice.ts';
import { repriceUnpriced } from '../../adapters/postgres/reprice-unpriced.ts';
import { wakeNotify } from '../../adapters/sqs/wake-notify.ts';
import { databaseFunction } from '../database-function.ts';
import { report } from '../report.ts';
import { readScheduledRun, type ScheduledRun } from '../scheduled-run.ts';
import { readRepriceEnv } from './env.ts';

const settings = readRepriceEnv(process.env);
const sqs = new SQSClient();

/** To finish the batch in hand. What is left waits for the next run, which passes over what has its price by then. */
const RESERVED_MS = 30_000;

interface RepriceResult {
  /** `busy`: an operator prices calls again at this moment. */
  state: 'done' | 'interrupted' | 'busy';
  repriced: number;
  /** Models that some calls still have no price of. */
  unpricedModels: number;
}

export const handler = databaseFunction<ScheduledRun, RepriceResult>({
  slug: 'reprice',
  database: settings.database,
  async run(event, services) {
    // Whenever it was due, it prices what is there now; but what no schedule sent is a mistake.
    readScheduledRun(event);
    const client = await services.connection();
    const result = await repriceInTime(client, services.remainingMs() - RESERVED_MS);
    if ((await countPending(client)) > 0) await wakeNotify(sqs, settings.notifyQueueUrl);
    report(
      'reprice',
      { Repriced: result.repriced, UnpricedModels: result.unpricedModels },
      { state: result.state },
    );
    return result;
  },
});

async function repriceInTime(
  client: Parameters<typeof repriceUnpriced>[0],
  milliseconds: number,
): Promise<RepriceResult> {
  try {
    const repricing = await repriceUnpriced(client, {
      signal: AbortSignal.timeout(milliseconds),
      onProgress: () => {},
    });
    return {
      state: repricing?.isInterrupted === true ? 'interrupted' : 'done',
      repriced: repricing?.summary.changed ?? 0,
      unpricedModels: repricing?.unpriced.length ?? 0,
    };
  } catch (error) {
    if (!(error instanceof RepricingBusy)) throw error;
    return { state: 'busy', repriced: 0, unpricedModels: 0 };
  }
}
