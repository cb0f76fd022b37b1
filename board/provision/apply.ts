/**
 * Makes a Metabase server show the board, one write at a time: after each one the part that was written is read back and the plan
 * is made anew, so what the server made of it is what the next write starts from.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredCard, StoredDashboard } from '../../adapters/metabase/bodies.ts';
import type { Metabase } from '../../adapters/metabase/metabase.ts';
import { MetabaseError } from '../../adapters/metabase/request.ts';
import { missingColumns } from './card-body.ts';
import { entityId } from './identity.ts';
import { observeDatabase } from './observe.ts';
import { fieldIds, type Observed } from './observed.ts';
import { type Board, type Plan, planBoard, type Step, slugsOf, type Write } from './plan.ts';

export interface Applied {
  observed: Observed;
  /** In the order in which they were done. */
  done: Step[];
  /** What the server still has otherwise, although it took the write. */
  unsettled: Step[];
}

export interface ApplyOptions {
  /** Told before each write. */
  report: (step: Step) => void;
  stopped: AbortSignal;
  /** How long Metabase may take to find the views. */
  syncTimeoutMs?: number;
}

const SYNC_TIMEOUT_MS = 90_000;
const SYNC_POLL_MS = 1_000;

/** @throws Error with what to do, before anything is written, when something there is not ours or cannot be used */
export async function applyBoard(
  metabase: Metabase,
  board: Board,
  before: Observed,
  options: ApplyOptions,
): Promise<Applied> {
  const done: Step[] = [];
  const written = new Map<string, number>();
  let observed = before;
  for (;;) {
    const { steps, refusals } = planBoard(board, observed);
    if (refusals.length > 0) throw new Error(refusals.join('\n'));
    const unsettled: Step[] = [];
    let next: { step: Step; write: Write } | undefined;
    for (const step of steps) {
      if (step.write === undefined) continue;
      if ((written.get(nameOf(step.write)) ?? 0) >= attempts(step.write)) unsettled.push(step);
      else next ??= { step, write: step.write };
    }
    if (next === undefined) return { observed, done, unsettled };
    options.stopped.throwIfAborted();
    options.report(next.step);
    observed = await execute(metabase, board, next.write, observed, options);
    const name = nameOf(next.write);
    written.set(name, (written.get(name) ?? 0) + 1);
    done.push(next.step);
  }
}

/** Does what a plan says that needs no second one: see planDestroy. */
export async function applyArchive(
  metabase: Metabase,
  plan: Plan,
  options: Pick<ApplyOptions, 'report' | 'stopped'>,
): Promise<Step[]> {
  const done: Step[] = [];
  for (const step of plan.steps) {
    const { write } = step;
    if (write === undefined) continue;
    options.stopped.throwIfAborted();
    options.report(step);
    if (write.to === 'dashboard') await metabase.updateDashboard(write.id, write.body);
    if (write.to === 'card') await metabase.updateCard(write.id, write.body);
    if (write.to === 'collection') await metabase.updateCollection(write.id, write.body);
    done.push(step);
  }
  return done;
}

/** Two note numbers that the server gives only as it goes: the collection of the dashboard, and this of its tabs. */
function attempts({ to }: Write): number {
  return to === 'collection' || to === 'dashboard' ? 2 : 1;
}

function nameOf(write: Write): string {
  return 'slug' in write ? `${write.to} ${write.slug}` : write.to;
}

async function execute(
  metabase: Metabase,
  board: Board,
  write: Write,
  observed: Observed,
  options: ApplyOptions,
): Promise<Observed> {
  switch (write.to) {
    case 'database':
      return { ...observed, databases: [await connectDatabase(metabase, write)] };
    case 'views':
      return findViews(metabase, board, write.databaseId, observed, options);
    case 'filters': {
      for (const id of write.fieldIds) {
        await metabase.updateField(id, { has_field_values: 'list' });
      }
      return withTables(metabase, observed);
    }
    case 'new-collection':
      return {
        ...observed,
        collections: [...observed.collections, await metabase.createCollection(write.body)],
      };
    case 'collection': {
      const changed = await metabase.updateCollection(write.id, write.body);
      return {
        ...observed,
        collections: observed.collections.map((one) => (one.id === write.id ? changed : one)),
      };
    }
    case 'new-card': {
      const { entity_id } = await metabase.createCard(write.body);
      if (entity_id !== write.body.entity_id) {
        throw new Error(
          `Metabase gave the card ${write.slug} the id ${entity_id}, not the one it was asked for, and would make another with each run: update Metabase`,
        );
      }
      return withCard(metabase, observed, write.slug);
    }
    case 'card': {
      await metabase.updateCard(write.id, write.body);
      return withCard(metabase, observed, write.slug);
    }
    case 'new-dashboard': {
      const { id } = await metabase.createDashboard(write.body);
      return { ...observed, dashboards: [...observed.dashboards, await dashboardOf(metabase, id)] };
    }
    case 'dashboard': {
      await metabase.updateDashboard(write.id, write.body);
      const changed = await dashboardOf(metabase, write.id);
      return {
        ...observed,
        dashboards: observed.dashboards.map((one) => (one.id === write.id ? changed : one)),
      };
    }
  }
}

async function dashboardOf(metabase: Metabase, id: number): Promise<StoredDashboard> {
  const dashboard = await metabase.dashboard(id);
  if (dashboard === undefined) {
    throw new Error(
      `Metabase lost the dashboard ${id} that it just had: run the same command again`,
    );
  }
  return dashboard;
}

async function connectDatabase(
  metabase: Metabase,
  { id, body }: Extract<Write, { to: 'database' }>,
): Promise<Observed['databases'][number]> {
  try {
    const stored =
      id === undefined
        ? await metabase.createDatabase(body)
        : await metabase.updateDatabase(id, body);
    const database = await observeDatabase(metabase, stored);
    const { login } = database;
    if (id === undefined && login.state === 'connected' && login.readsPrivateTables) {
      // Nothing uses it yet, and it must not stay.
      await metabase.deleteDatabase(stored.id);
    }
    return database;
  } catch (error) {
    if (!(error instanceof MetabaseError) || error.status !== 400) throw error;
    throw new Error(
      `Metabase cannot connect to ${body.details.host}:${body.details.port}/${body.details.dbname} as ${body.details.user}; the address must be one that Metabase's own machine reaches. ${error.message}`,
      { cause: error },
    );
  }
}

async function findViews(
  metabase: Metabase,
  board: Board,
  databaseId: number,
  observed: Observed,
  { stopped, syncTimeoutMs = SYNC_TIMEOUT_MS }: ApplyOptions,
): Promise<Observed> {
  const cards = slugsOf(board.tabs).map(board.cardOf);
  await metabase.syncSchema(databaseId);
  const attempts = Math.max(1, Math.ceil(syncTimeoutMs / SYNC_POLL_MS));
  let missing: string[] = [];
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await withTables(metabase, observed);
    missing = missingColumns(cards, fieldIds(found.databases[0]?.tables ?? []));
    if (missing.length === 0) return found;
    stopped.throwIfAborted();
    await sleep(Math.min(SYNC_POLL_MS, syncTimeoutMs));
  }
  throw new Error(
    `Metabase does not find ${missing.join(', ')} in schema reporting: deploy this release, which makes them, and run the same command again`,
  );
}

async function withTables(metabase: Metabase, observed: Observed): Promise<Observed> {
  const databases = await Promise.all(
    observed.databases.map(async (database) => ({
      ...database,
      tables: await metabase.tables(database.stored.id),
    })),
  );
  return { ...observed, databases };
}

async function withCard(metabase: Metabase, observed: Observed, slug: string): Promise<Observed> {
  const card: StoredCard | undefined = await metabase.card(entityId(slug));
  const cards = new Map(observed.cards);
  if (card !== undefined) cards.set(slug, card);
  return { ...observed, cards };
}
