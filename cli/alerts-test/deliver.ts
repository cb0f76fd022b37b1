/** Sends one message the way every alert goes, outbox, queue, function, Slack, and waits for it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ClientBase } from 'pg';
import { addToOutbox, readDelivery } from '../../adapters/postgres/outbox.ts';
import { readTeams } from '../../adapters/postgres/teams.ts';
import { wakeNotify } from '../../adapters/sqs/wake-notify.ts';
import { testMessage } from '../../domain/alerts-test/message.ts';
import { judgeProgress, type Progress } from '../../domain/alerts-test/progress.ts';

export interface TestDelivery {
  /** As the owner of the schema. */
  client: ClientBase;
  sqs: SQSClient;
  notifyQueueUrl: string;
  /** Name of the stack on AWS; undefined: the local one. */
  stack: string | undefined;
  /** Undefined: what nobody owns. */
  team: string | undefined;
  onProgress(says: string): void;
  /** Ends the waiting, not the delivery. */
  signal: AbortSignal;
}

const POLL_MS = 500;

/** A queue's message is taken within a second; a function that starts cold, in a VPC, takes some more. */
const WAIT_MS = 90_000;

/** @throws Error when the message cannot be written or the queue cannot be reached */
export async function deliverTest(delivery: TestDelivery): Promise<Progress> {
  const { client, sqs, notifyQueueUrl, team, signal } = delivery;
  if (team !== undefined && !(await readTeams(client)).some(({ name }) => name === team)) {
    throw new Error(`there is no team ${team}: see \`tricost teams list\``);
  }
  const message = testMessage(delivery.stack);
  const id = await addToOutbox(client, `alerts-test:${randomUUID()}`, message, { team });
  if (id === undefined) throw new Error('the message could not be written to the outbox');
  await wakeNotify(sqs, notifyQueueUrl);
  const until = new Date(Date.now() + WAIT_MS);
  for (;;) {
    const progress = judgeProgress(await readDelivery(client, id), new Date(), until);
    if (progress.state !== 'waiting') return progress;
    delivery.onProgress(progress.says);
    await sleep(POLL_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) {
      return {
        state: 'given-up',
        says: 'no longer waited for; the message stays in the outbox and will be delivered',
      };
    }
  }
}
