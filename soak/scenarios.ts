/** Every scenario of `npm run soak`, at full size: about twenty minutes, and an hour for rollups-raced. */
import { fullInvocation } from './full-invocation.ts';
import { fuzz } from './fuzz.ts';
import { ingestKilled } from './ingest-killed.ts';
import { postgresOutage } from './postgres-outage.ts';
import { queueKilled } from './queue-killed.ts';
import { repriceMillion } from './reprice-million.ts';
import { rollupsRaced } from './rollups-raced.ts';
import type { Scenario } from './scenario.ts';
import { sdkKilled } from './sdk-killed.ts';
import { slackDead } from './slack-dead.ts';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'postgres-outage',
    description: 'Postgres is stopped for two minutes in the middle of steady traffic',
    events: 50_000,
    // Nothing is simulated here: the waits are those of production.
    run: (soak, size) =>
      postgresOutage(soak, {
        ...size,
        publishMs: 200_000,
        outageMs: 120_000,
        skipWaits: false,
      }),
  },
  {
    name: 'ingest-killed',
    description: 'ingest-calls is killed -9 at any moment, and between commit and acknowledgement',
    events: 30_000,
    run: (soak, size) => ingestKilled(soak, { ...size, kills: 15 }),
  },
  {
    name: 'queue-killed',
    description: 'the queue is killed -9 and started again with its data, under steady traffic',
    events: 30_000,
    run: (soak, size) => queueKilled(soak, { ...size, kills: 12, publishMs: 60_000 }),
  },
  {
    name: 'sdk-killed',
    description: 'apps with a spool are killed -9, frozen, ended, and cut off from the queue',
    events: 30_000,
    run: (soak, size) => sdkKilled(soak, { ...size, deaths: 20, publishMs: 3_000 }),
  },
  {
    name: 'slack-dead',
    description: 'Slack refuses, fails, rate limits or says nothing for twelve simulated hours',
    events: 100,
    run: (soak, size) => slackDead(soak, { ...size, hours: 12, silences: 3 }),
  },
  {
    name: 'full-invocation',
    description: 'invocations of 6 MiB of compressed messages, in at most 320 MiB of memory',
    events: 100_000,
    run: (soak, size) =>
      fullInvocation(soak, {
        ...size,
        invocationBytes: 6 * 1024 * 1024,
        // Eleven crowded ones are 220,000 calls, more than ingest takes of an invocation.
        messages: { ordinary: 100, padded: 100, crowded: 11 },
      }),
  },
  {
    name: 'rollups-raced',
    description:
      'writers, folds, snapshots, zones and months that go at once; every read compares reports and calls',
    events: 3_000,
    run: rollupsRaced,
  },
  {
    name: 'fuzz',
    description: 'mutated and hostile bodies, all through the parser and some through the stack',
    events: 100_000,
    run: (soak, size) => fuzz(soak, { ...size, throughStackEvery: 20 }),
  },
  {
    name: 'reprice-million',
    description: 'stored calls are priced again twice, killed -9 in between, while somebody reads',
    events: 1_000_000,
    run: (soak, size) => repriceMillion(soak, { ...size, kills: 3, memoryGrowth: 1.5 }),
  },
];

/** @throws Error naming those there are */
export function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const names = SCENARIOS.map((scenario) => scenario.name).join(', ');
  throw new Error(`there is no scenario ${name}; there are: ${names}`);
}
