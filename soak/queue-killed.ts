/** The queue's process is killed again and again under steady traffic: what it took survives, what it did not comes again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../local/demo/random.ts';
import { openAccount } from './accounting/conclude.ts';
import { sendBodies } from './accounting/send-bodies.ts';
import { soakTraffic } from './accounting/traffic.ts';
import type { Outcome, Size } from './scenario.ts';
import { drain } from './world/drain.ts';
import { publishSteadily, soakPublisher } from './world/publish-steadily.ts';
import type { SoakStack } from './world/soak-stack.ts';

export interface QueueKilled extends Size {
  kills: number;
  publishMs: number;
}

/** Long enough for several deliveries of the publisher to fail. */
const DOWN_MS = [600, 1_500] as const;

export async function queueKilled(
  soak: SoakStack,
  { seed, events, kills, publishMs, report }: QueueKilled,
): Promise<Outcome> {
  const random = seededRandom(seed);
  const closeAccount = await openAccount(soak);
  const { copies, broken, costs } = soakTraffic('queue-killed', seed, events, new Date());
  await sendBodies(soak, broken);
  // Small and frequent messages, so that some are under way whenever the queue goes.
  const publisher = soakPublisher(soak, { flushAfterMs: 50, maxMessageBytes: 4_096 });
  const publishing = publishSteadily(publisher, { calls: copies, overMs: publishMs, report });
  const rest = publishMs / kills;
  for (let kill = 0; kill < kills; kill += 1) {
    const downMs = random.between(...DOWN_MS);
    const upMs = Math.max(0, rest - downMs);
    const before = upMs * random.next();
    await sleep(before);
    await soak.queue.kill();
    await sleep(downMs);
    await soak.queue.restart();
    await sleep(upMs - before);
  }
  await publishing;
  await drain(soak, { skipWaits: true, report });

  const retries = publisher.retries();
  const { account, problems } = await closeAccount({ publisher, costs, broken: broken.length });
  return {
    account,
    facts: { kills, deliveries_tried_again: retries },
    problems: [
      ...problems,
      ...(retries > 0 ? [] : ['no delivery failed while the queue was away: nothing was shown']),
    ],
  };
}
