/** Sends one batch of messages to SQS. The AWS SDK is loaded with the first batch: it must not slow the app's start. */
import type { SendMessageBatchResult, SQSClient, SQSClientConfig } from '@aws-sdk/client-sqs';
import type { Message } from './message-packer.ts';

/** What became of a batch; messages in neither list have arrived. */
export interface SendOutcome {
  /** Worth another try. */
  failed: Message[];
  /** Will be refused again. */
  refused: Message[];
  /** Why, when some did not arrive. */
  cause?: unknown;
}

/** Never rejects. */
export type SendBatch = (batch: readonly Message[]) => Promise<SendOutcome>;

const ATTEMPT_TIMEOUT_MS = 20_000;

/**
 * @param queueUrl as `aws sqs get-queue-url` prints it
 * @param client yours, with its credentials and endpoint; default: made from the queue's URL and the environment
 */
export function sqsSender(queueUrl: string | undefined, client: SQSClient | undefined): SendBatch {
  let connected = client;
  return async (batch) => {
    try {
      if (!queueUrl) {
        throw new Error('no queue: pass `queueUrl` to createPublisher(), or set TRICOST_QUEUE_URL');
      }
      const aws = await loadAwsSdk();
      connected ??= new aws.SQSClient(clientSettings(queueUrl));
      const command = new aws.SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: batch.map(({ sequence, body }) => ({ Id: String(sequence), MessageBody: body })),
      });
      const abortSignal = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
      return outcomeOf(batch, await connected.send(command, { abortSignal }));
    } catch (cause) {
      return { failed: [...batch], refused: [], cause };
    }
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
  const { origin, hostname } = new URL(queueUrl);
  const region = /^sqs\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1];
  return {
    ...(region === undefined ? { endpoint: origin } : { region }),
    // The publisher retries by itself, within one bound that covers it all.
    maxAttempts: 1,
  };
}

function outcomeOf(
  batch: readonly Message[],
  { Failed = [] }: SendMessageBatchResult,
): SendOutcome {
  const faults = new Map(Failed.map((entry) => [entry.Id, entry]));
  const [first] = Failed;
  const isFailed = ({ sequence }: Message, senderFault: boolean) => {
    const entry = faults.get(String(sequence));
    return entry !== undefined && (entry.SenderFault === true) === senderFault;
  };
  return {
    failed: batch.filter((message) => isFailed(message, false)),
    refused: batch.filter((message) => isFailed(message, true)),
    ...(first === undefined ? {} : { cause: new Error(`${first.Code}: ${first.Message ?? ''}`) }),
  };
}
