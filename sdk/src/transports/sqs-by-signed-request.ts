/** One SendMessageBatch a request, in SQS's JSON protocol, signed with the keys of the environment. */
import type { Transport } from '../delivery/transport.ts';
import { environmentKeys } from './environment-keys.ts';
import { reach } from './reach.ts';
import { signRequest } from './sign-request.ts';
import { type BatchResult, outcomeOf, regionOf, sendMessageBatch } from './sqs-batch.ts';

/** AWS takes signatures of the last five minutes. */
const LARGEST_SKEW_MS = 240_000;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html */
export function sqsBySignedRequest(queueUrl: string): Transport {
  /** What this machine's clock is behind. */
  let skewMs = 0;
  return {
    async send(messages, signal) {
      const keys = environmentKeys();
      if (keys === undefined) throw new Error('AWS_ACCESS_KEY_ID has left the environment');
      const { origin, host } = new URL(queueUrl);
      const body = JSON.stringify(sendMessageBatch(queueUrl, messages));
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        host,
        'x-amz-target': 'AmazonSQS.SendMessageBatch',
      };
      const region = regionOf(queueUrl) ?? process.env['AWS_REGION'] ?? 'us-east-1';
      const at = new Date(Date.now() + skewMs);
      const { host: _, ...signed } = signRequest(headers, body, {
        keys,
        region,
        service: 'sqs',
        at,
      });
      const response = await reach(`${origin}/`, { method: 'POST', headers: signed, body, signal });
      if (!response.ok) {
        skewMs = skewOf(response);
        throw new Error(
          `SQS answered ${response.status}: ${(await response.text()).slice(0, 500)}`,
        );
      }
      const result: BatchResult = JSON.parse(await response.text());
      return outcomeOf(result);
    },
  };
}

/** By the clock of the server, where it differs so much that it would refuse every signature. */
function skewOf(response: Response): number {
  const skewMs = Date.parse(response.headers.get('date') ?? '') - Date.now();
  return Math.abs(skewMs) > LARGEST_SKEW_MS ? skewMs : 0;
}
