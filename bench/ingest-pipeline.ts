/** From the queue to rows: the bundled function behind the event source of the synthesized template. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LlmCall } from '../domain/contract/llm-call.ts';
import type { StackPlan } from '../local/assembly/stack-plan.ts';
import { LOCAL_CREDENTIALS } from '../local/functions/sandbox-environment.ts';
import { type RunningStack, runAssembly } from '../local/run-assembly.ts';
import { stackParameters } from '../local/stack-parameters.ts';
import { freePort } from '../local/state/free-port.ts';
import { createPublisher } from '../sdk/src/index.ts';
import type { BenchDatabase } from './bench-database.ts';

/** The last batches wait for their window of seconds to close, which says nothing about speed. */
const MEASURED_SHARE = 0.8;
const POLL_MS = 20;
const GIVE_UP_MS = 5 * 60_000;
const PUBLISH_CHUNK = 5_000;

/**
 * @param assemblyDirectory what `cdk synth` wrote
 * @returns events a second, from the first poll of a full queue until most are rows
 */
export async function queueToRows(
  database: BenchDatabase,
  assemblyDirectory: string,
  calls: readonly LlmCall[],
): Promise<number> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'tricost-bench-stack-'));
  let stack: RunningStack | undefined;
  try {
    const sqsPort = await freePort();
    let plan: StackPlan | undefined;
    stack = await runAssembly({
      assemblyDirectory,
      stateDirectory,
      ports: { sqs: sqsPort },
      parameters: (planned) => {
        plan = planned;
        return stackParameters(planned, {
          ownerUrl: database.url,
          runtimeUrl: database.runtimeUrl,
          slackWebhookUrl: 'http://127.0.0.1:1/none',
        });
      },
      // The queue is full before anything polls it.
      afterTriggers: () => publish(plan, sqsPort, calls),
      onError: (name, problem) => {
        throw new Error(`${name}: ${problem}`);
      },
    });
    return await rate(stack, calls.length * MEASURED_SHARE);
  } finally {
    await stack?.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

async function publish(
  plan: StackPlan | undefined,
  port: number,
  calls: readonly LlmCall[],
): Promise<void> {
  const queueUrl = plan?.outputs['QueueUrl'];
  if (plan === undefined || queueUrl === undefined) throw new Error('the stack has no QueueUrl');
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: plan.region,
    credentials: LOCAL_CREDENTIALS,
  });
  const publisher = createPublisher({ queueUrl, client });
  for (let start = 0; start < calls.length; start += PUBLISH_CHUNK) {
    publisher.publish(calls.slice(start, start + PUBLISH_CHUNK));
    const { dropped, pending } = await publisher.flush();
    if (dropped + pending > 0) throw new Error('the local queue did not take the sample');
  }
  client.destroy();
}

async function rate({ plan, metrics }: RunningStack, wanted: number): Promise<number> {
  const startedAt = performance.now();
  const stored = (): number =>
    plan.functions.reduce((sum, { name }) => sum + metrics.total(name, 'Stored'), 0);
  while (stored() < wanted) {
    if (performance.now() - startedAt > GIVE_UP_MS) {
      throw new Error(
        `only ${stored()} of ${wanted} calls are rows after ${GIVE_UP_MS / 60_000} minutes`,
      );
    }
    await sleep(POLL_MS);
  }
  return (stored() * 1_000) / (performance.now() - startedAt);
}
