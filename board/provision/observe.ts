/** Reads from a Metabase server what it has of the board. Changes nothing. */
import type { Collection, Database, StoredCard } from '../../adapters/metabase/bodies.ts';
import type { Metabase } from '../../adapters/metabase/metabase.ts';
import { BOARD_NAME } from '../layout.ts';
import { DATABASE_NAME } from './database-body.ts';
import { entityId, isOurs, readNumbers } from './identity.ts';
import { type Login, type Observed, type ObservedDatabase, readRecord } from './observed.ts';
import { COLLECTION_NAME } from './plan.ts';

/** @param slugs of the cards of the board */
export async function observe(metabase: Metabase, slugs: readonly string[]): Promise<Observed> {
  const collections = (await metabase.collections()).filter(
    (collection) => collection.id !== 'root' && (isOurs(collection) || hasOurPlace(collection)),
  );
  const ours = collections.find(isOurs);
  const numbers = readNumbers(ours);
  const postgres = (await metabase.databases()).filter(({ engine }) => engine === 'postgres');
  const made = postgres.filter(({ id }) => id === numbers.database);
  const named = postgres.filter(({ name }) => name === DATABASE_NAME);
  // People may have given it another name: then all that is on it must not move to a second one.
  const databases = await Promise.all(
    (made.length > 0 ? made : named).map((stored) => observeDatabase(metabase, stored)),
  );
  const items = ours === undefined ? [] : await metabase.collectionItems(Number(ours.id));
  const dashboardIds = new Set(
    items.filter(({ model }) => model === 'dashboard').map(({ id }) => id),
  );
  // People may have moved it to a collection of theirs, where it is as good.
  if (numbers.dashboard !== undefined) dashboardIds.add(numbers.dashboard);
  const dashboards = await Promise.all([...dashboardIds].map((id) => metabase.dashboard(id)));
  const board = dashboards.flatMap((dashboard) =>
    dashboard !== undefined &&
    !dashboard.archived &&
    (dashboard.name === BOARD_NAME || isOurs(dashboard))
      ? [dashboard]
      : [],
  );
  const known = new Set([...slugs, ...Object.keys(readRecord(board.find(isOurs)).cards)]);
  return { databases, collections, items, dashboards: board, cards: await cards(metabase, known) };
}

/** Within another collection everybody may have one of that name. */
function hasOurPlace({ name, location }: Collection): boolean {
  return name === COLLECTION_NAME && (location ?? '/') === '/';
}

/** A handful at a time: a small instance answers all at once no sooner. */
async function cards(
  metabase: Metabase,
  slugs: ReadonlySet<string>,
): Promise<Map<string, StoredCard>> {
  const found = new Map<string, StoredCard>();
  const waiting = [...slugs];
  const look = async (): Promise<void> => {
    for (let slug = waiting.shift(); slug !== undefined; slug = waiting.shift()) {
      const card = await metabase.card(entityId(slug));
      if (card !== undefined) found.set(slug, card);
    }
  };
  await Promise.all([look(), look(), look(), look()]);
  return found;
}

export async function observeDatabase(
  metabase: Metabase,
  stored: Database,
): Promise<ObservedDatabase> {
  const [tables, login] = await Promise.all([
    metabase.tables(stored.id),
    readLogin(metabase, stored.id),
  ]);
  return { stored, tables, login };
}

/** Catalogues alone, which every login may read, whatever else it may. */
const LOGIN = `select current_user::text,
  coalesce((select has_schema_privilege(oid, 'usage') from pg_namespace where nspname = 'tricost'), false),
  (select count(*)::int from pg_class
   where relnamespace = (select oid from pg_namespace where nspname = 'reporting') and has_table_privilege(oid, 'select'))`;

async function readLogin(metabase: Metabase, databaseId: number): Promise<Login> {
  const { status, error, data } = await metabase.query(databaseId, LOGIN);
  const [row] = data?.rows ?? [];
  if (status !== 'completed' || row === undefined) {
    return { state: 'failed', why: error ?? 'Metabase does not say why' };
  }
  const [name, readsPrivateTables, readableViews] = row;
  return {
    state: 'connected',
    name: String(name),
    readsPrivateTables: readsPrivateTables === true,
    readableViews: Number(readableViews),
  };
}
