/** SQS by the AWS SDK, which is loaded with the first batch: it must not slow the app's start. */
import type { SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Transport } from '../delivery/transport.ts';
import { outcomeOf, regionOf, sendMessageBatch } from './sqs-batch.ts';

/** @param client yours; default: made from the queue's URL and the environment */
export function sqsByAwsSdk(queueUrl: string, client: SQSClient | undefined): Transport {
  let connected = client;
  return {
    async send(messages, abortSignal) {
      const aws = await loadAwsSdk();
      connected ??= new aws.SQSClient(clientSettings(queueUrl));
      const command = new aws.SendMessageBatchCommand(sendMessageBatch(queueUrl, messages));
      return outcomeOf(await connected.send(command, { abortSignal }));
    },
    async close() {
      // The app may need its own client for more.
      if (client === undefined) connected?.destroy();
    },
  };
}

async function loadAwsSdk(): Promise<typeof import('@aws-sdk/client-sqs')> {
  try {
    return await import('@aws-sdk/client-sqs');
  } catch (cause) {
    throw new Error('cannot load @aws-sdk/client-sqs: run `npm install @aws-sdk/client-sqs`', {
      cause,
    });
  }
}

/**
 * A queue's URL on AWS names its region; any other host is an endpoint of its own, whose region comes from the
 * environment, as credentials always do.
 */
function clientSettings(queueUrl: string): SQSClientConfig {
  const region = regionOf(queueUrl);
  return {
    ...(region === undefined ? { endpoint: new URL(queueUrl).origin } : { region }),
    // The publisher retries by itself, within one bound that covers it all.
    maxAttempts: 1,
  };
}
