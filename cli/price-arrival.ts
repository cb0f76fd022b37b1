/** What follows when the price list has grown: stored calls without a price get theirs, and whoever was told of them is told. */
import type { ClientBase } from 'pg';
import { RepricingBusy } from '../adapters/postgres/reprice.ts';
import { repriceUnpriced } from '../adapters/postgres/reprice-unpriced.ts';
import { wakeNotify } from '../adapters/sqs/wake-notify.ts';
import { interruptible } from './interruptible.ts';
import { printable } from './printable.ts';
import { withProgress } from './progress.ts';
import { type StackOptions, sqsClient, stackOutput } from './target.ts';

export interface Repriced {
  calls: number;
  cost_usd: string;
  /** Models that some calls still have no price of, as events name them. */
  unpriced: string[];
}

/** @returns null when another run prices calls: the daily one does these */
export async function priceArrived(
  client: ClientBase,
  options: StackOptions & { json?: boolean },
): Promise<Repriced | null> {
  const say = (line: string) => {
    if (options.json !== true) console.log(line);
  };
  try {
    const repricing = await interruptible((signal) =>
      withProgress('Price the calls that had none', (report) =>
        repriceUnpriced(client, {
          signal,
          onProgress: (examined, month) =>
            report(`${month}  ${examined.toLocaleString('en')} calls`),
        }),
      ),
    );
    if (repricing === undefined) return { calls: 0, cost_usd: '0', unpriced: [] };
    const { summary, unpriced, hasNotice, isInterrupted } = repricing;
    if (summary.changed > 0) {
      const calls =
        summary.changed === 1 ? '1 call' : `${summary.changed.toLocaleString('en')} calls`;
      say(`${calls} that had no price: $${summary.usdAfter}`);
    }
    const names = unpriced.map(({ provider, model }) => `${provider} ${model}`);
    if (isInterrupted) say('Stopped before the end; the daily run does the rest.');
    else if (names.length > 0) {
      say(`Still without a price: calls of ${[...new Set(names)].map(printable).join(', ')}`);
    }
    if (hasNotice) await tell(options);
    return { calls: summary.changed, cost_usd: summary.usdAfter, unpriced: [...new Set(names)] };
  } catch (error) {
    if (!(error instanceof RepricingBusy)) throw error;
    say('Another run prices calls; those without a price get theirs with the daily one.');
    return null;
  }
}

/** Not worth an error: the message stands in the outbox, and goes with the next one. */
async function tell(options: StackOptions): Promise<void> {
  try {
    const queueUrl = await stackOutput(options, 'NotifyQueueUrl');
    const sqs = await sqsClient(options);
    await wakeNotify(sqs, queueUrl);
    sqs.destroy();
  } catch {
    process.stderr.write('Slack is told with the next message.\n');
  }
}
