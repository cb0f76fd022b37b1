/** The default transport: the stack's queue. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SqsClient } from '../delivery/publisher.ts';
import type { Spool } from '../delivery/spool.ts';
import type { Transport } from '../delivery/transport.ts';
import { environmentKeys } from './environment-keys.ts';

export interface SqsOptions {
  /** As `aws sqs get-queue-url` prints it. Default: `TRICOST_QUEUE_URL` of the environment. */
  queueUrl?: string | undefined;
  /** Yours, with its credentials and endpoint. */
  client?: SqsClient | undefined;
  /** Where what is not sent survives the process. */
  spool?: Spool | undefined;
}

/**
 * Signs its requests itself where the environment holds the keys, as in Lambda: loading the AWS SDK would take 70 ms of a
 * cold start. Everywhere else the AWS SDK finds the credentials. Either is loaded with the first batch.
 */
export function sqsTransport({ queueUrl, client, spool }: SqsOptions): Transport {
  const url = queueUrl ?? process.env['TRICOST_QUEUE_URL'];
  if (!url) {
    return withoutQueue(spool !== undefined);
  }
  const isSignedHere = client === undefined && environmentKeys() !== undefined;
  let loaded: Transport | undefined;
  async function load(queue: string): Promise<Transport> {
    if (isSignedHere) return (await import('./sqs-by-signed-request.ts')).sqsBySignedRequest(queue);
    const { sqsByAwsSdk } = await import('./sqs-by-aws-sdk.ts');
    return sqsByAwsSdk(queue, client as SQSClient | undefined);
  }
  return {
    async send(messages, signal) {
      loaded ??= await load(url);
      return loaded.send(messages, signal);
    },
    async close() {
      await loaded?.close?.();
    },
  };
}

/** A process that has none will not get one, so that there is nothing to wait for; the next one may, and finds the spool. */
function withoutQueue(hasSpool: boolean): Transport {
  return {
    async send(messages) {
      const sequences = messages.map(({ sequence }) => sequence);
      return {
        failed: hasSpool ? sequences : [],
        refused: hasSpool ? [] : sequences,
        cause: new Error('no queue: pass `queueUrl`, or set TRICOST_QUEUE_URL'),
      };
    },
  };
}
