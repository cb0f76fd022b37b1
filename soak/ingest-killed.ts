/** The ingest function's processes are killed while they work: at any moment, and when all is committed but not yet said. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../local/demo/random.ts';
import { queueDepth } from '../local/queue/queue-depth.ts';
import { openAccount } from './accounting/conclude.ts';
import { sendBodies } from './accounting/send-bodies.ts';
import { soakTraffic } from './accounting/traffic.ts';
import type { Outcome, Size } from './scenario.ts';
import { committedAndHeld } from './world/committed-and-held.ts';
import { drain } from './world/drain.ts';
import { killIngest } from './world/kill-ingest.ts';
import { soakPublisher } from './world/publish-steadily.ts';
import type { SoakStack } from './world/soak-stack.ts';

export interface IngestKilled extends Size {
  /** Each on a share of the events; every third waits for a commit. */
  kills: number;
}

/** A batch takes about as long, the start of a new process too. */
const LONGEST_WAIT_MS = 800;
/** A kill that met nobody at work is tried again so often. */
const MOST_TRIES = 20;

export async function ingestKilled(
  soak: SoakStack,
  { seed, events, kills, report }: IngestKilled,
): Promise<Outcome> {
  const random = seededRandom(seed);
  const closeAccount = await openAccount(soak);
  const { copies, broken, costs } = soakTraffic('ingest-killed', seed, events, new Date());
  await sendBodies(soak, broken);
  // Small messages: many batches from few events.
  const publisher = soakPublisher(soak, { maxMessageBytes: 2_048 });
  const killed = { at_any_moment: 0, after_commit: 0 };
  const share = Math.ceil(copies.length / kills);
  for (let kill = 0; kill < kills; kill += 1) {
    report(`${kill} of ${kills} kills`);
    const publish = async (): Promise<void> => {
      publisher.publish(copies.slice(kill * share, (kill + 1) * share));
      await publisher.flush();
    };
    if (kill % 3 === 2) {
      killed.after_commit += await committedAndHeld(soak, publish, () => killIngest(soak));
    } else killed.at_any_moment += await killAtAnyMoment(soak, random, publish);
  }
  await drain(soak, { skipWaits: true, report });

  const { account, problems } = await closeAccount({ publisher, costs, broken: broken.length });
  return {
    account,
    facts: {
      invocations_killed_at_any_moment: killed.at_any_moment,
      invocations_killed_after_commit: killed.after_commit,
    },
    problems: [
      ...problems,
      ...Object.entries(killed)
        .filter(([, invocations]) => invocations === 0)
        .map(
          ([moment]) =>
            `no invocation was killed ${moment.replaceAll('_', ' ')}: nothing was shown`,
        ),
    ],
  };
}

/** @returns how many invocations the kill ended */
async function killAtAnyMoment(
  soak: SoakStack,
  random: Random,
  publish: () => Promise<void>,
): Promise<number> {
  await publish();
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    await sleep(random.between(0, LONGEST_WAIT_MS));
    const ended = await killIngest(soak);
    if (ended > 0) return ended;
    if ((await queueDepth(soak.stack.sqs, soak.queueUrl)) === 0) return 0;
  }
  return 0;
}
