/** Runs on every deploy that changes it, before anything that needs the schema. */
import type { ClientBase } from 'pg';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import {
  ensureFeatureIndex,
  type MigrateResult,
  migrate,
} from '../../adapters/postgres/migrate.ts';
import type { AddedRows } from '../../adapters/postgres/price-list.ts';
import { addRelease } from '../../adapters/postgres/price-releases.ts';
import { repriceUnpriced } from '../../adapters/postgres/reprice-unpriced.ts';
import { setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { builtInRelease } from '../../domain/pricing/built-in-prices.ts';
import { olderThanTaken } from '../../domain/pricing/price-release.ts';
import { databaseFunction } from '../database-function.ts';
import { describeError } from '../report.ts';
import { readMigrateEnv } from './env.ts';

const settings = readMigrateEnv(process.env);

type MigrateOutcome = MigrateResult & { pricesAdded: number; partitionsCreated: string[] };

/** A deploy waits for it, and the daily job does what is left. */
const REPRICE_MS = 120_000;

export const handler = databaseFunction<
  unknown,
  MigrateOutcome,
  keyof typeof settings.otherParameters
>({
  slug: 'migrate',
  database: settings.database,
  // Not used: whoever forgot one learns it from the deploy, not from alerts that do not come.
  secrets: settings.otherParameters,
  async run(_event, services) {
    const client = await services.connection();
    const result = await migrate(client, `${import.meta.dirname}/migrations`);
    const now = new Date();
    const pricesAdded = await addBuiltInRelease(client, now);
    const partitionsCreated = await ensurePartitions(client, now, settings);
    await setReportingZone(client, settings.reportingZone);
    if (settings.featureIndex) await ensureFeatureIndex(client);
    if (pricesAdded.prices + pricesAdded.names > 0) await priceWhatHadNone(client);
    return { ...result, pricesAdded: pricesAdded.prices, partitionsCreated };
  },
}).onError(({ error }) => {
  // aws-cdk-lib/triggers puts the trace behind the message, and a trace begins with the message again: a failed deploy
  // shall show it once. CloudFormation takes no more than 4 kB of both.
  if (error instanceof Error) error.stack = '';
});

async function addBuiltInRelease(client: ClientBase, now: Date): Promise<AddedRows> {
  const release = builtInRelease();
  const { added, changes, newer } = await addRelease(client, release, {
    validFrom: `${now.toISOString().slice(0, 10)}T00:00:00Z`,
  });
  if (newer !== undefined) console.log(olderThanTaken(release, newer));
  const kept = changes.kept.length + changes.names.kept.length;
  if (kept > 0) {
    console.log(
      `${kept} prices and names that were entered by hand stay, though ${release.catalogue} says otherwise: \`tricost prices update\` shows them`,
    );
  }
  return added;
}

/** Of no consequence for the schema: the daily job tries again, and its failures ring. */
async function priceWhatHadNone(client: ClientBase): Promise<void> {
  try {
    await repriceUnpriced(client, {
      signal: AbortSignal.timeout(REPRICE_MS),
      onProgress: () => {},
    });
  } catch (error) {
    console.error(`could not price the calls that had no price: ${describeError(error)}`);
  }
}
