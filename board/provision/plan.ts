/** What must change in a Metabase server so that it shows the board: computed from what it has, nothing read or written. */
import type {
  CardBody,
  CardChange,
  CollectionBody,
  CollectionChange,
  DashboardChange,
  DatabaseBody,
  DatabaseChange,
  NewCardBody,
  NewDashboardBody,
  StoredCard,
  StoredDashboard,
} from '../../adapters/metabase/bodies.ts';
import { type Card, PARAMETERS, parameterColumn } from '../card.ts';
import { BOARD_NAME, type Tab } from '../layout.ts';
import { cardBody, type FieldId, missingColumns } from './card-body.ts';
import { type Arrangement, arrange, textsOf } from './dashboard-body.ts';
import { DATABASE_NAME } from './database-body.ts';
import { differences, normalizedQuery } from './differences.ts';
import {
  entityId,
  fingerprint,
  isOurs,
  MARK,
  type Numbers,
  readNumbers,
  writeNumbers,
} from './identity.ts';
import {
  type AppliedRecord,
  fieldIds,
  type Observed,
  type ObservedDatabase,
  readRecord,
  writeRecord,
} from './observed.ts';

export const COLLECTION_NAME = 'tricost';

/** What the server shall show. */
export interface Board {
  tabs: readonly Tab[];
  /** @throws Error when there is no such card */
  cardOf(slug: string): Card;
  /** How Metabase connects; undefined: as it does already. */
  database: DatabaseBody | undefined;
}

export type ChangeKind =
  | 'create'
  /** The board has changed since it was applied. */
  | 'update'
  /** Somebody changed it in Metabase. */
  | 'drift'
  | 'restore'
  | 'archive'
  | 'keep';

export interface Step {
  what: 'database' | 'views' | 'filters' | 'collection' | 'card' | 'dashboard';
  name: string;
  change: ChangeKind;
  /** Paths within it. */
  differences: string[];
  /** Undefined: nothing to do, or not before the steps before it are done. */
  write?: Write;
}

export type Write =
  | { to: 'database'; id: undefined; body: DatabaseBody }
  | { to: 'database'; id: number; body: DatabaseChange }
  /** Metabase looks for views and columns. */
  | { to: 'views'; databaseId: number }
  | { to: 'filters'; databaseId: number; fieldIds: number[] }
  | { to: 'new-collection'; body: CollectionBody }
  | { to: 'collection'; id: number; body: CollectionChange }
  | { to: 'new-card'; slug: string; body: NewCardBody }
  | { to: 'card'; slug: string; id: number; body: CardChange }
  | { to: 'new-dashboard'; body: NewDashboardBody }
  | { to: 'dashboard'; id: number; body: DashboardChange };

export interface Plan {
  steps: Step[];
  /** Why nothing may be written, each with what to do. */
  refusals: string[];
}

const collectionBody = (numbers: Numbers): CollectionBody => ({
  name: COLLECTION_NAME,
  description: `${MARK} The LLM bill by feature, user and prompt.${writeNumbers(numbers)}`,
});
const DASHBOARD = {
  name: BOARD_NAME,
  description: `${MARK} Cards and tabs that you add stay.`,
};

export function slugsOf(tabs: readonly Tab[]): string[] {
  return tabs.flatMap(({ sections }) =>
    sections.flatMap(({ rows }) => rows.flatMap(({ cards }) => cards.map(({ slug }) => slug))),
  );
}

export function planBoard(board: Board, observed: Observed): Plan {
  const cards = slugsOf(board.tabs).map(board.cardOf);
  const [database] = observed.databases;
  const collection = observed.collections.find(isOurs);
  const dashboard = observed.dashboards.find(isOurs);
  const fieldId = fieldIds(database?.tables ?? []);
  const missing = missingColumns(cards, fieldId);
  const bodies =
    database === undefined || collection === undefined || missing.length > 0
      ? undefined
      : new Map(
          cards.map((card) => [
            card.slug,
            cardBody(card, {
              database: database.stored.id,
              collection: Number(collection.id),
              fieldId,
            }),
          ]),
        );
  const record = readRecord(dashboard);
  const numbers: Numbers = {
    ...(database === undefined ? {} : { database: database.stored.id }),
    ...(dashboard === undefined ? {} : { dashboard: dashboard.id }),
  };
  return {
    refusals: refusals(board, observed),
    steps: [
      databaseStep(board, database),
      ...(database === undefined ? [] : viewSteps(cards, database, fieldId, missing)),
      collectionStep(collection, numbers),
      ...cards.map((card) =>
        cardStep(card, bodies?.get(card.slug), observed.cards.get(card.slug), record),
      ),
      ...archiveSteps(cards, observed, record),
      dashboardStep(board, cards, bodies, collection, dashboard, observed, record),
    ],
  };
}

/** Takes the board away, as far as it is ours: archived, so that it can be had back. */
export function planDestroy(observed: Observed): Plan {
  const collection = observed.collections.find(isOurs);
  const dashboard = observed.dashboards.find(isOurs);
  const cards = [...observed.cards].filter(([, card]) => !card.archived);
  const ours = new Set(cards.map(([, { id }]) => `card ${id}`));
  if (dashboard !== undefined) ours.add(`dashboard ${dashboard.id}`);
  const others = observed.items.filter(({ model, id }) => !ours.has(`${model} ${id}`));
  const archived = { archived: true };
  const steps: Step[] = [];
  if (dashboard !== undefined) {
    const write: Write = { to: 'dashboard', id: dashboard.id, body: archived };
    steps.push(step('dashboard', dashboard.name, 'archive', [], write));
  }
  for (const [slug, { id, name }] of cards) {
    steps.push(step('card', name, 'archive', [], { to: 'card', slug, id, body: archived }));
  }
  if (collection !== undefined && others.length === 0) {
    const write: Write = { to: 'collection', id: Number(collection.id), body: archived };
    steps.push(step('collection', collection.name, 'archive', [], write));
  } else if (collection !== undefined) {
    steps.push(step('collection', collection.name, 'keep'));
  }
  return { steps, refusals: [] };
}

function refusals(board: Board, observed: Observed): string[] {
  const found: string[] = [];
  const { databases, collections, dashboards } = observed;
  const [database] = databases;
  if (databases.length > 1) {
    found.push(
      `Metabase has ${databases.length} Postgres databases named ${DATABASE_NAME}: rename all but one`,
    );
  }
  if (database === undefined && board.database === undefined) {
    found.push(
      `Metabase has no database named ${DATABASE_NAME}: say how it connects with --database-url`,
    );
  }
  // A connection that is about to change may be wrong before.
  const isReplaced = database !== undefined && databaseDifferences(board, database).length > 0;
  if (database !== undefined && !isReplaced) found.push(...loginProblems(database));
  if (database !== undefined) found.push(...foreignDatabase(board, database, collections));
  const foreign = collections.filter((collection) => !isOurs(collection));
  if (foreign.length > 0) {
    found.push(
      `there is a collection named ${COLLECTION_NAME} that is not of this command: rename it, or let its description begin with "${MARK}"`,
    );
  }
  if (collections.filter(isOurs).length > 1) {
    found.push(
      'two collections are marked as made by this command: archive one, or change the beginning of its description',
    );
  }
  if (dashboards.some((dashboard) => !isOurs(dashboard))) {
    found.push(
      `there is a dashboard named "${BOARD_NAME}" that is not of this command: rename it, or let its description begin with "${MARK}"`,
    );
  }
  if (dashboards.filter(isOurs).length > 1) {
    found.push(
      'two dashboards are marked as made by this command: archive one, or change the beginning of its description',
    );
  }
  return found;
}

/** What a name alone does not say: another database may be called so, and questions of other people be on it. */
function foreignDatabase(
  { database: wanted }: Board,
  { stored }: ObservedDatabase,
  collections: Observed['collections'],
): string[] {
  if (wanted === undefined) return [];
  // The number stands in a text that more people may write than may change connections: on a name of somebody else's it proves nothing.
  const isNumbered = readNumbers(collections.find(isOurs)).database === stored.id;
  if (isNumbered && stored.name === DATABASE_NAME) return [];
  const there = addressOf(stored.details ?? {});
  const here = addressOf({ ...wanted.details });
  if (there === here) return [];
  return [
    `Metabase has a database named ${stored.name} that this command did not make: it is ${there}, and --database-url says ${here}. Rename it, or mend the address of either`,
  ];
}

function addressOf({ host, port, dbname, user }: Record<string, unknown>): string {
  return `${host}:${port}/${dbname} as ${user}`;
}

function loginProblems({ login }: ObservedDatabase): string[] {
  if (login.state === 'failed') {
    return [
      `Metabase cannot read its database ${DATABASE_NAME} (${login.why}): mend it in Metabase under Admin settings, Databases, or give --database-url`,
    ];
  }
  if (login.readsPrivateTables) {
    return [
      `Metabase connects as ${login.name}, who may do more than read the views of schema reporting, and everybody who may write SQL in Metabase may do the same: make a login for it, \`create role metabase login password '...' in role tricost_readonly\`, and give its --database-url`,
    ];
  }
  if (login.readableViews === 0) {
    return [
      `Metabase connects as ${login.name}, who may not read the views: \`grant tricost_readonly to ${login.name}\`, or deploy this release first if there are none`,
    ];
  }
  return [];
}

function databaseDifferences({ database }: Board, observed: ObservedDatabase): string[] {
  if (database === undefined) return [];
  const { details, ...rest } = database;
  // Metabase does not tell the password: it is wrong when the login fails.
  const { password, ...comparable } = details;
  return [
    ...differences({ ...rest, details: comparable }, observed.stored),
    ...(observed.login.state === 'failed' ? ['details.password'] : []),
  ];
}

function databaseStep(board: Board, observed: ObservedDatabase | undefined): Step {
  if (observed === undefined) {
    const write: Write | undefined =
      board.database === undefined
        ? undefined
        : { to: 'database', id: undefined, body: board.database };
    return step('database', DATABASE_NAME, 'create', [], write);
  }
  const found = databaseDifferences(board, observed);
  if (board.database === undefined || found.length === 0) {
    return step('database', DATABASE_NAME, 'keep');
  }
  const { details } = board.database;
  const body = { ...board.database, details: { ...observed.stored.details, ...details } };
  const write: Write = { to: 'database', id: observed.stored.id, body };
  return step('database', DATABASE_NAME, 'update', found, write);
}

/** The columns that are filtered by must be known, and their values offered to choose from. */
function viewSteps(
  cards: readonly Card[],
  { stored, tables }: ObservedDatabase,
  fieldId: FieldId,
  missing: readonly string[],
): Step[] {
  if (missing.length > 0) {
    return [
      step('views', 'reporting', 'update', [...missing], { to: 'views', databaseId: stored.id }),
    ];
  }
  const wanted = new Set(
    cards.flatMap(({ view, parameters }) =>
      PARAMETERS.filter((name) => name !== 'window' && parameters.includes(name)).map((name) =>
        fieldId(view, parameterColumn(name)),
      ),
    ),
  );
  const unlisted = tables.flatMap((table) =>
    table.fields
      .filter((field) => wanted.has(field.id) && field.has_field_values !== 'list')
      .map((field) => ({ id: field.id, path: `${table.name}.${field.name}` })),
  );
  if (unlisted.length === 0) return [step('filters', 'reporting', 'keep')];
  return [
    step(
      'filters',
      'reporting',
      'update',
      unlisted.map(({ path }) => path),
      { to: 'filters', databaseId: stored.id, fieldIds: unlisted.map(({ id }) => id) },
    ),
  ];
}

function collectionStep(
  observed: Observed['collections'][number] | undefined,
  numbers: Numbers,
): Step {
  const body = collectionBody(numbers);
  if (observed === undefined) {
    const write: Write = { to: 'new-collection', body: { ...body, parent_id: null } };
    return step('collection', COLLECTION_NAME, 'create', [], write);
  }
  const found = differences(body, observed);
  if (found.length === 0) return step('collection', COLLECTION_NAME, 'keep');
  const write: Write = { to: 'collection', id: Number(observed.id), body };
  return step('collection', COLLECTION_NAME, 'update', found, write);
}

function cardStep(
  { slug, title }: Card,
  body: CardBody | undefined,
  observed: StoredCard | undefined,
  record: AppliedRecord,
): Step {
  if (observed === undefined) {
    const write: Write | undefined =
      body === undefined
        ? undefined
        : { to: 'new-card', slug, body: { ...body, entity_id: entityId(slug) } };
    return step('card', title, 'create', [], write);
  }
  // Metabase is without the database or the collection that the card was in.
  if (body === undefined) return step('card', title, observed.archived ? 'restore' : 'update');
  const found = cardDifferences(body, observed);
  if (observed.archived) {
    const write: Write = { to: 'card', slug, id: observed.id, body: { ...body, archived: false } };
    return step('card', title, 'restore', found, write);
  }
  if (found.length === 0) return step('card', title, 'keep');
  const change = record.cards[slug] === fingerprint(body) ? 'drift' : 'update';
  return step('card', title, change, found, { to: 'card', slug, id: observed.id, body });
}

function cardDifferences(body: CardBody, observed: StoredCard): string[] {
  const { dataset_query: query, ...rest } = body;
  return [
    ...differences(rest, observed),
    ...differences(normalizedQuery(query), normalizedQuery(observed.dataset_query), 'query'),
  ];
}

/** Cards that an earlier run wrote and that the board no longer has. */
function archiveSteps(cards: readonly Card[], observed: Observed, record: AppliedRecord): Step[] {
  const slugs = new Set(cards.map(({ slug }) => slug));
  return Object.keys(record.cards).flatMap((slug) => {
    const former = observed.cards.get(slug);
    if (slugs.has(slug) || former === undefined || former.archived) return [];
    const write: Write = { to: 'card', slug, id: former.id, body: { archived: true } };
    return [step('card', former.name, 'archive', [], write)];
  });
}

function dashboardStep(
  board: Board,
  cards: readonly Card[],
  bodies: ReadonlyMap<string, CardBody> | undefined,
  collection: Observed['collections'][number] | undefined,
  dashboard: StoredDashboard | undefined,
  observed: Observed,
  record: AppliedRecord,
): Step {
  const slugs = new Set(cards.map(({ slug }) => slug));
  const cardIds = new Map(
    [...observed.cards]
      .filter(([slug, { archived }]) => slugs.has(slug) && !archived)
      .map(([slug, { id }]) => [slug, id]),
  );
  const isReady = bodies !== undefined && cards.every(({ slug }) => cardIds.has(slug));
  if (dashboard === undefined) {
    const write: Write | undefined =
      isReady && collection !== undefined
        ? { to: 'new-dashboard', body: { ...DASHBOARD, collection_id: Number(collection.id) } }
        : undefined;
    return step('dashboard', BOARD_NAME, 'create', [], write);
  }
  if (!isReady) return step('dashboard', BOARD_NAME, 'update');

  const known = {
    cardIds,
    formerCardIds: new Set(
      [...observed.cards].filter(([slug]) => !slugs.has(slug)).map(([, { id }]) => id),
    ),
    formerTexts: new Set(record.texts),
    formerTabs: new Map(Object.entries(record.tabs)),
  };
  const arrangement = arrange(board.tabs, board.cardOf, known, dashboard);
  const applied: AppliedRecord = {
    cards: Object.fromEntries([...bodies].map(([slug, body]) => [slug, fingerprint(body)])),
    layout: fingerprint([DASHBOARD, arrange(board.tabs, board.cardOf, known, undefined)]),
    texts: textsOf(board.tabs, board.cardOf),
    tabs: Object.fromEntries(
      board.tabs.flatMap(({ name }) => {
        const id = arrangement.tabs.find((tab) => tab.name === name)?.id ?? 0;
        // Below zero: the server gives it a number with this write.
        return id > 0 ? [[name, id]] : [];
      }),
    ),
  };
  const looks = { ...DASHBOARD, width: 'full', auto_apply_filters: true } as const;
  const found = [
    ...differences(looks, dashboard),
    ...arrangementDifferences(arrangement, dashboard),
    ...differences(applied, record, 'applied'),
  ];
  if (found.length === 0) return step('dashboard', BOARD_NAME, 'keep');
  const body: DashboardChange = { ...looks, caveats: writeRecord(applied), ...arrangement };
  const change = applied.layout === record.layout && !isOwnChange(found) ? 'drift' : 'update';
  return step('dashboard', BOARD_NAME, change, found, { to: 'dashboard', id: dashboard.id, body });
}

/** Only what was applied is to be noted: a card has changed. */
function isOwnChange(found: readonly string[]): boolean {
  return found.every((path) => path.startsWith('applied'));
}

/** By number, because the server has an order of its own. */
function arrangementDifferences(
  { parameters, tabs, dashcards }: Arrangement,
  observed: StoredDashboard,
): string[] {
  const numbers = (list: readonly { id: number }[]): number[] =>
    list.map(({ id }) => id).sort((a, b) => a - b);
  return [
    ...differences(parameters, observed.parameters ?? [], 'parameters'),
    ...differences(tabs, observed.tabs ?? [], 'tabs'),
    ...differences(numbers(dashcards), numbers(observed.dashcards), 'dashcards'),
    ...dashcards.flatMap((dashcard) => {
      const stored = observed.dashcards.find(({ id }) => id === dashcard.id);
      return stored === undefined
        ? []
        : differences(comparable(dashcard), comparable(stored), `dashcards[${dashcard.id}]`);
    }),
  ];
}

function comparable(dashcard: StoredDashboard['dashcards'][number]): object {
  const { parameter_mappings: mappings, series, ...rest } = dashcard;
  return {
    ...rest,
    series: (series ?? []).map(({ id }) => id),
    // Newer releases add options to the target.
    parameter_mappings: Object.fromEntries(
      (mappings ?? []).map(({ parameter_id, card_id, target }) => [
        parameter_id,
        { card_id, target: target.slice(0, 2) },
      ]),
    ),
  };
}

function step(
  what: Step['what'],
  name: string,
  change: ChangeKind,
  found: string[] = [],
  write?: Write,
): Step {
  return { what, name, change, differences: found, ...(write === undefined ? {} : { write }) };
}
