/** Publishes calls through the SDK as an app does: a few at a time, at a steady rate, whatever happens to the rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import { LOCAL_CREDENTIALS } from '../../local/functions/sandbox-environment.ts';
import { createPublisher, type Publisher, type PublisherOptions } from '../../sdk/src/index.ts';
import type { SoakStack } from './soak-stack.ts';

export interface SteadyPublishing {
  calls: readonly LlmCall[];
  /** The time from the first to the last. */
  overMs: number;
  report(progress: string): void;
}

const TICK_MS = 50;
/** Longer than the SDK tries: afterwards every call has been sent or dropped. */
const FLUSH_TIMEOUT_MS = 330_000;

export interface SoakPublisher extends Publisher {
  /** How often a delivery failed and was tried again. */
  retries(): number;
  close(): void;
}

export function soakPublisher(soak: SoakStack, options: PublisherOptions = {}): SoakPublisher {
  let retries = 0;
  const { sqsEndpoint: endpoint, plan } = soak.stack;
  const { region } = plan;
  // As the SDK makes its own: trying again is its business.
  const client = new SQSClient({
    endpoint,
    region,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  const publisher = createPublisher({
    queueUrl: soak.queueUrl,
    client,
    onError: ({ dropped }) => {
      if (dropped === 0) retries += 1;
    },
    ...options,
  });
  return { ...publisher, retries: () => retries, close: () => client.destroy() };
}

/** Returns when everything has been sent or given up. */
export async function publishSteadily(
  publisher: Publisher,
  { calls, overMs, report }: SteadyPublishing,
): Promise<void> {
  const startedAt = Date.now();
  let next = 0;
  while (next < calls.length) {
    const share = Math.min(1, (Date.now() - startedAt) / Math.max(1, overMs));
    const upTo = Math.ceil(calls.length * share);
    if (upTo > next) publisher.publish(calls.slice(next, upTo));
    next = Math.max(next, upTo);
    report(`${next} of ${calls.length} events published`);
    if (next < calls.length) await sleep(TICK_MS);
  }
  await publisher.flush({ timeoutMs: FLUSH_TIMEOUT_MS });
}
