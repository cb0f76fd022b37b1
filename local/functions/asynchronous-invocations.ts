/**
 * Lambda's asynchronous invocation: the caller gets no answer, failures are tried again, and what fails for good goes to the
 * function's failure destination. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventInvokeConfigDefinition } from '../assembly/resources/event-invoke-config.ts';
import type { FunctionDefinition } from '../assembly/resources/function.ts';
import type { InvocationResult } from './invocation-result.ts';
import type { Invocable } from './lambda-function.ts';

export interface AsynchronousInvocationsOptions {
  /** Puts the record of an event that the function failed at on the queue with that ARN, with the function's role. */
  sendTo(from: FunctionDefinition, queueArn: string, body: string): Promise<void>;
  /** Told when that fails: the event is lost then, as on AWS. */
  onError(error: unknown): void;
  /** Waits before the second and the third attempt. Default: 1 and 2 minutes, as on AWS. */
  retryDelaysMs?: readonly number[] | undefined;
}

const RETRY_DELAYS_MS = [60_000, 120_000];

export class AsynchronousInvocations {
  readonly #options: AsynchronousInvocationsOptions;
  readonly #aborter = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(options: AsynchronousInvocationsOptions) {
    this.#options = options;
  }

  /** Accepts an event; it runs in the background. */
  accept(target: Invocable, config: EventInvokeConfigDefinition, payload: string): void {
    const run: Promise<void> = this.#run(target, config, payload)
      .catch((error: unknown) => this.#options.onError(error))
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Events that still wait for a retry are dropped: unlike on AWS they live in memory. */
  async stop(): Promise<void> {
    this.#aborter.abort();
    await Promise.all(this.#running);
  }

  async #run(
    target: Invocable,
    config: EventInvokeConfigDefinition,
    payload: string,
  ): Promise<void> {
    const acceptedAt = Date.now();
    const delays = this.#options.retryDelaysMs ?? RETRY_DELAYS_MS;
    let result = await target.invoke(payload);
    let attempts = 1;
    let condition = 'RetriesExhausted';
    while (result.error !== undefined && attempts <= config.maximumRetryAttempts) {
      if (!(await this.#wait(delays[attempts - 1] ?? 0))) return;
      if (Date.now() - acceptedAt > config.maximumEventAgeSeconds * 1000) {
        condition = 'EventAgeExceeded';
        break;
      }
      result = await target.invoke(payload);
      attempts += 1;
    }
    if (result.error === undefined || config.onFailureArn === undefined) return;
    const { arn } = target.definition;
    const record = destinationRecord({ arn, attempts, condition, payload, result });
    await this.#options.sendTo(target.definition, config.onFailureArn, record);
  }

  /** False when the runner stops meanwhile. */
  #wait(delayMs: number): Promise<boolean> {
    return sleep(delayMs, undefined, { signal: this.#aborter.signal }).then(
      () => true,
      () => false,
    );
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations */
function destinationRecord(failure: {
  arn: string;
  attempts: number;
  condition: string;
  payload: string;
  result: InvocationResult;
}): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: `${failure.arn}:$LATEST`,
      condition: failure.condition,
      approximateInvokeCount: failure.attempts,
    },
    requestPayload: JSON.parse(failure.payload),
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: 'Unhandled',
    },
    responsePayload: JSON.parse(failure.result.payload),
  });
}
