/** The ingest function's processes are killed while they work: at any moment, and when all is committed but not yet said. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../local/demo/random.ts';
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

/** Of a batch, from its start; a large one takes several times as long. */
const LONGEST_MOMENT_MS = 60;
const PARTS = 4;
/** For the start of a process, on a busy machine. */
const PATIENCE_MS = 2_000;
const POLL_MS = 2;

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
    const publish = async (from = 0, to = 1): Promise<void> => {
      const start = kill * share;
      publisher.publish(
        copies.slice(start + Math.round(from * share), start + Math.round(to * share)),
      );
      await publisher.flush();
    };
    if (kill % 3 === 1) {
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

/**
 * Publishes in parts, so that there is work left when a kill came too late.
 *
 * @returns how many invocations the kill ended
 */
async function killAtAnyMoment(
  soak: SoakStack,
  random: Random,
  publish: (from: number, to: number) => Promise<void>,
): Promise<number> {
  let ended = 0;
  for (let part = 0; part < PARTS; part += 1) {
    await publish(part / PARTS, (part + 1) / PARTS);
    if (ended > 0) continue;
    await isBusy(soak);
    await sleep(random.between(0, LONGEST_MOMENT_MS));
    ended = await killIngest(soak);
  }
  return ended;
}

/** Waits until an invocation is under way, or long enough that there is none to come. */
async function isBusy({ stack, ingestFunction, batchingWindowMs }: SoakStack): Promise<void> {
  const givesUpAt = Date.now() + batchingWindowMs + PATIENCE_MS;
  while (!stack.processes(ingestFunction).some((process) => process.isBusy)) {
    if (Date.now() > givesUpAt) return;
    await sleep(POLL_MS);
  }
}
