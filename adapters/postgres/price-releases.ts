/** Releases of the price list in Postgres: what a newer one changes is added, and an older one changes nothing. */
import type { ClientBase } from 'pg';
import {
  comparePriceLists,
  noChanges,
  type PriceListChanges,
  rowsToAdd,
  withoutRows,
} from '../../domain/pricing/compare-price-lists.ts';
import {
  isOlder,
  type PriceRelease,
  type TakenRelease,
} from '../../domain/pricing/price-release.ts';
import { type AddedRows, insertPriceList, lockPriceList, readHeldPriceList } from './price-list.ts';
import { inTransaction } from './transaction.ts';

export interface ReleaseOptions {
  /** From when prices without a date hold, RFC 3339 in UTC. */
  validFrom: string;
  /** Whether what somebody entered by hand is changed, too; contracts never are. */
  replaceEntered?: boolean;
  /** Whether `validFrom` holds for the release that is held, too, which has one already. */
  isDateOfHeld?: boolean;
}

export interface ReleaseComparison {
  changes: PriceListChanges;
  /** The release that is held, where it is newer: then there are no changes. */
  newer: TakenRelease | undefined;
}

/** What the release would change. */
export async function compareRelease(
  client: ClientBase,
  release: PriceRelease,
  { validFrom, replaceEntered = false, isDateOfHeld = false }: ReleaseOptions,
): Promise<ReleaseComparison> {
  const last = await lastRelease(client);
  if (last !== undefined && isOlder(release, last)) return { changes: noChanges(), newer: last };
  const held = await readHeldPriceList(client, { asReleased: replaceEntered });
  const changes = comparePriceLists(held, release.list, validFrom);
  // It holds from the date that it was taken with: another deploy of it must not begin it today.
  const isHeld = last?.digest === release.digest && !replaceEntered && !isDateOfHeld;
  return { changes: isHeld ? withoutRows(changes) : changes, newer: undefined };
}

/**
 * Adds what the release changes, unless a newer one is held. Idempotent: the same release once more changes nothing.
 *
 * @param client as the owner of the schema
 */
export async function addRelease(
  client: ClientBase,
  release: PriceRelease,
  options: ReleaseOptions,
): Promise<ReleaseComparison & { added: AddedRows }> {
  return inTransaction(client, async () => {
    // A second deploy at the same time waits here for the first one to commit.
    await lockPriceList(client);
    const comparison = await compareRelease(client, release, options);
    if (comparison.newer !== undefined) return { ...comparison, added: { prices: 0, names: 0 } };
    // Not now(): a transaction that began first may have waited for the other.
    await client.query(
      `insert into tricost.price_releases (digest, added_at, catalogue, published, revision)
       values ($1, clock_timestamp(), $2, $3, $4)
       on conflict (digest) do update
         set (added_at, catalogue, published, revision) = (excluded.added_at, excluded.catalogue, excluded.published, excluded.revision)`,
      [release.digest, release.catalogue, release.published, release.revision],
    );
    const added = await insertPriceList(client, rowsToAdd(comparison.changes), release.digest);
    return { ...comparison, added };
  });
}

async function lastRelease(client: ClientBase): Promise<TakenRelease | undefined> {
  const { rows } = await client.query<TakenRelease>(
    `select digest, catalogue, published::text, revision,
       to_char(added_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "addedAt"
     from tricost.price_releases order by added_at desc limit 1`,
  );
  return rows[0];
}
