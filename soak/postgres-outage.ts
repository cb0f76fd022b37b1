/** Postgres goes away in the middle of steady traffic and comes back: the queue keeps what cannot be stored meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openAccount } from './accounting/conclude.ts';
import { sendBodies } from './accounting/send-bodies.ts';
import { soakTraffic } from './accounting/traffic.ts';
import type { Outcome, Size } from './scenario.ts';
import { drain } from './world/drain.ts';
import { publishSteadily, soakPublisher } from './world/publish-steadily.ts';
import { ingestMetric, type SoakStack } from './world/soak-stack.ts';

export interface PostgresOutage extends Size {
  /** How long events are published, at one rate. */
  publishMs: number;
  /** How long Postgres is stopped in the middle of it. */
  outageMs: number;
  /** Whether what waits after the outage is brought back by the queue's clock. */
  skipWaits: boolean;
}

export async function postgresOutage(
  soak: SoakStack,
  { seed, events, publishMs, outageMs, skipWaits, report }: PostgresOutage,
): Promise<Outcome> {
  const closeAccount = await openAccount(soak);
  const parkedBefore = ingestMetric(soak, 'Parked');
  const { copies, broken, costs } = soakTraffic('postgres-outage', seed, events, new Date());
  const publisher = soakPublisher(soak);
  const publishing = publishSteadily(publisher, { calls: copies, overMs: publishMs, report });
  await sleep((publishMs - outageMs) / 2);
  await soak.database.stop();
  // Malformed messages have to wait as well: their reasons are kept in the same database.
  await sendBodies(soak, broken);
  await sleep(outageMs);
  await soak.database.restart();
  await publishing;
  await drain(soak, { skipWaits, report });

  const { account, problems } = await closeAccount({ publisher, costs, broken: broken.length });
  const parked = ingestMetric(soak, 'Parked') - parkedBefore;
  return {
    account,
    facts: { outage_seconds: outageMs / 1_000, messages_parked: parked },
    problems: [
      ...problems,
      ...(parked > 0 ? [] : ['no message met the outage: nothing was shown']),
    ],
  };
}
