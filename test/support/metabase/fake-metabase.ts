/**
 * A stand-in for a Metabase server, with its rules rather than its manners: unknown keys are dropped (and remembered), a dashboard's
 * lists are replaced whole, what comes back is not what was sent. Its databases are real: it connects, looks for views and runs
 * queries as the login it was given. It has been compared with no live server; @metabase/cli reads it without complaint.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import pg from 'pg';
import { expandQuery, shownQuery, storedQuery, tagsOf } from './native-query.ts';
import { type Body, check, closed, type Kind, Refusal } from './server-rules.ts';

const PASSWORD_MASK = '**MetabasePass**';
const DEFAULT_PAGE = 50;

export interface FakeOptions {
  /** 58: tags come back as a map; 65: as a list. */
  release?: number;
  /** So many requests are answered 503 before it is up. */
  starting?: number;
  /** So many looks at a database's views find none. */
  syncing?: number;
  /** True: no first user yet. */
  isNew?: boolean;
  /** Names of API keys that there are. */
  keyNames?: string[];
}

interface Item extends Body {
  id: number;
  archived: boolean;
}

interface Database extends Item {
  details: Body;
  tables: Table[];
  /** Questions for the views that are answered from before, until it has looked; undefined: it is not looking. */
  looking: number | undefined;
}

interface Table extends Body {
  name: string;
  schema: string;
  fields: (Body & { id: number; name: string; has_field_values: string })[];
}

interface Dashboard extends Item {
  dashcards: Dashcard[];
  tabs: Tab[];
}

type Dashcard = Body & { id: number; card_id: number | null; dashboard_tab_id: number | null };
type Tab = Body & { id: number; name: string };

interface Call {
  body: Body;
  /** In the path: a number, or an entity id. */
  id: number | string;
  query: URLSearchParams;
}

type Route = [method: string, path: RegExp, work: (call: Call) => unknown, open?: 'open'];

export async function startFakeMetabase(options: FakeOptions = {}): Promise<FakeMetabase> {
  const fake = new FakeMetabase(options);
  await fake.start();
  return fake;
}

export class FakeMetabase {
  /** Of the group Administrators. */
  readonly apiKey = `mb_${randomBytes(24).toString('base64')}`;
  /** Of a group that may look and not touch. */
  readonly viewerKey = `mb_${randomBytes(24).toString('base64')}`;
  readonly requests: { method: string; path: string; status: number; body: Body }[] = [];
  readonly stripped: string[] = [];
  readonly databases: Database[] = [];
  readonly collections: Item[] = [];
  readonly cards: (Item & { entity_id: string; dataset_query: ReturnType<typeof storedQuery> })[] =
    [];
  readonly dashboards: Dashboard[] = [];
  readonly release: number;
  url = '';
  readonly #options: FakeOptions;
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #sessions = new Set<string>();
  readonly #keyNames = new Map<string, string>();
  #setupToken: string | null = null;
  #admin: Body | undefined;
  #starting: number;
  #lastId = 10;

  constructor(options: FakeOptions) {
    this.#options = options;
    this.release = options.release ?? 65;
    this.#starting = options.starting ?? 0;
    if (options.isNew === true) this.#setupToken = randomUUID();
    for (const name of options.keyNames ?? []) this.#keyNames.set(randomUUID(), name);
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Requests since the last call of it that may have changed something. */
  takeWrites(): string[] {
    const writes = this.requests
      .splice(0)
      .filter(({ method, path }) => method !== 'GET' && path !== '/api/dataset')
      .map(({ method, path, status }) => `${method} ${path} ${status}`);
    return writes;
  }

  readonly #routes: Route[] = [
    ['GET', /^\/api\/health$/, () => ({ status: 'ok' }), 'open'],
    ['GET', /^\/api\/session\/properties$/, () => this.#properties(), 'open'],
    ['POST', /^\/api\/setup$/, ({ body }) => this.#setUp(body), 'open'],
    ['POST', /^\/api\/session$/, ({ body }) => this.#signIn(body), 'open'],
    ['GET', /^\/api\/user\/current$/, () => ADMINISTRATOR],
    ['POST', /^\/api\/api-key$/, ({ body }) => this.#createKey(body)],
    ['GET', /^\/api\/database$/, () => list(this.databases.map(shownDatabase))],
    ['POST', /^\/api\/database$/, ({ body }) => this.#createDatabase(body)],
    ['PUT', /^\/api\/database\/(\d+)$/, (call) => this.#updateDatabase(call)],
    ['DELETE', /^\/api\/database\/(\d+)$/, ({ id }) => remove(this.databases, id)],
    ['POST', /^\/api\/database\/(\d+)\/sync_schema$/, ({ id }) => this.#sync(id)],
    ['GET', /^\/api\/database\/(\d+)\/metadata$/, ({ id }) => this.#metadata(id)],
    ['PUT', /^\/api\/field\/(\d+)$/, (call) => this.#updateField(call)],
    ['POST', /^\/api\/dataset$/, ({ body }) => this.#dataset(body)],
    ['GET', /^\/api\/collection$/, () => [ROOT, ...this.collections.filter(isThere)]],
    ['POST', /^\/api\/collection$/, ({ body }) => this.#createCollection(body)],
    ['GET', /^\/api\/collection\/(\d+)\/items$/, (call) => this.#items(call)],
    ['PUT', /^\/api\/collection\/(\d+)$/, (call) => this.#updateCollection(call)],
    ['POST', /^\/api\/card$/, ({ body }) => this.#createCard(body)],
    ['GET', /^\/api\/card\/([\w-]+)$/, ({ id }) => this.#shownCard(find(this.cards, id))],
    ['PUT', /^\/api\/card\/(\d+)$/, (call) => this.#updateCard(call)],
    ['POST', /^\/api\/card\/(\d+)\/query$/, (call) => this.#queryCard(call)],
    ['POST', /^\/api\/dashboard$/, ({ body }) => this.#createDashboard(body)],
    [
      'GET',
      /^\/api\/dashboard\/(\d+)$/,
      ({ id }) => this.#shownDashboard(find(this.dashboards, id)),
    ],
    ['PUT', /^\/api\/dashboard\/(\d+)$/, (call) => this.#updateDashboard(call)],
  ];

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const url = new URL(request.url ?? '', this.url);
    const body = ((await json(request).catch(() => undefined)) ?? {}) as Body;
    const [status, answer] = await this.#work(request, method, url, body);
    this.requests.push({ method, path: url.pathname, status, body });
    if (answer === undefined || answer === null) response.writeHead(204).end();
    else if (typeof answer === 'string') {
      response.writeHead(status, { 'content-type': 'text/plain' }).end(answer);
    } else {
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer));
    }
  }

  async #work(
    request: IncomingMessage,
    method: string,
    { pathname, searchParams }: URL,
    body: Body,
  ): Promise<[status: number, answer: unknown]> {
    // Well by its own account before it is.
    if (pathname !== '/api/health' && this.#starting > 0) {
      this.#starting -= 1;
      return [503, { status: 'initializing' }];
    }
    for (const [verb, path, work, open] of this.#routes) {
      const match = path.exec(pathname);
      if (verb !== method || match === null) continue;
      const refused =
        open === undefined ? this.#unauthorized(request, method, pathname) : undefined;
      if (refused !== undefined) return refused;
      const [, id = ''] = match;
      try {
        const answer = await work({
          body,
          id: /^\d+$/.test(id) ? Number(id) : id,
          query: searchParams,
        });
        return [pathname.endsWith('/query') || pathname === '/api/dataset' ? 202 : 200, answer];
      } catch (error) {
        if (error instanceof Refusal) return [error.status, error.answer];
        return [500, { message: String(error) }];
      }
    }
    return [404, 'API endpoint does not exist.'];
  }

  #unauthorized(
    { headers }: IncomingMessage,
    method: string,
    path: string,
  ): [number, string] | undefined {
    const isAdmin =
      headers['x-api-key'] === this.apiKey ||
      this.#keyNames.has(String(headers['x-api-key'])) ||
      this.#sessions.has(String(headers['x-metabase-session']));
    if (isAdmin) return undefined;
    if (headers['x-api-key'] !== this.viewerKey) return [401, 'Unauthenticated'];
    const isReading = method === 'GET' || path === '/api/dataset';
    return isReading ? undefined : [403, "You don't have permissions to do that."];
  }

  #properties(): Body {
    return {
      'setup-token': this.#setupToken,
      'has-user-setup': this.#setupToken === null,
      version: { tag: `v0.${this.release}.4` },
      'token-features': {},
    };
  }

  #setUp(sent: Body): Body {
    const body = closed('setup', sent, this.stripped);
    if (this.#setupToken === null) {
      throw new Refusal(
        403,
        'The /api/setup route can only be used to create the first user, however a user currently exists.',
      );
    }
    check(body['token'] === this.#setupToken, 'token');
    this.#setupToken = null;
    this.#admin = body['user'] as Body;
    return this.#newSession();
  }

  #signIn({ username, password }: Body): Body {
    if (this.#admin?.['email'] !== username || this.#admin?.['password'] !== password) {
      throw new Refusal(401, { errors: { password: 'did not match stored password' } });
    }
    return this.#newSession();
  }

  #newSession(): Body {
    const id = randomUUID();
    this.#sessions.add(id);
    return { id };
  }

  #createKey(sent: Body): Body {
    const { name, group_id } = closed('apiKey', sent, this.stripped);
    if ([...this.#keyNames.values()].includes(String(name))) {
      throw new Refusal(400, { errors: { name: 'An API key with this name already exists.' } });
    }
    const key = `mb_${randomBytes(24).toString('base64')}`;
    this.#keyNames.set(key, String(name));
    return {
      id: this.#id(),
      name,
      group: { id: group_id, name: 'Administrators' },
      unmasked_key: key,
      masked_key: `${key.slice(0, 7)}****`,
    };
  }

  async #createDatabase(sent: Body): Promise<Body> {
    const body = closed('database', sent, this.stripped);
    await connected(body['details'] as Body, async () => {});
    const database: Database = {
      is_sample: false,
      initial_sync_status: 'incomplete',
      ...body,
      id: this.#id(),
      archived: false,
      details: body['details'] as Body,
      tables: [],
      looking: this.#options.syncing ?? 0,
    };
    this.databases.push(database);
    return shownDatabase(database);
  }

  async #updateDatabase({ id, body: sent }: Call): Promise<Body> {
    const database = find(this.databases, id);
    const body = closed('database', sent, this.stripped);
    const details = { ...(body['details'] as Body) };
    if (details['password'] === PASSWORD_MASK) details['password'] = database.details['password'];
    await connected(details, async () => {});
    Object.assign(database, body, { details });
    return shownDatabase(database);
  }

  #sync(id: Call['id']): Body {
    find(this.databases, id).looking = this.#options.syncing ?? 0;
    return { status: 'ok' };
  }

  async #metadata(id: Call['id']): Promise<Body> {
    const database = find(this.databases, id);
    if (database.looking === 0) {
      database.tables = await this.#lookForViews(database);
      database.looking = undefined;
    } else if (database.looking !== undefined) {
      database.looking -= 1;
    }
    return { ...shownDatabase(database), tables: database.tables };
  }

  async #lookForViews(database: Database): Promise<Table[]> {
    const { rows } = await connected(database.details, (client) =>
      client.query<{ schema: string; name: string; columns: string[] }>(
        `select table_schema as schema, table_name as name, json_agg(column_name::text order by ordinal_position) as columns
         from information_schema.columns where table_schema = any ($1) group by 1, 2`,
        [String(database.details['schema-filters-patterns']).split(',')],
      ),
    );
    return rows.map(({ schema, name, columns }) => {
      const known = database.tables.find((table) => table.name === name);
      return {
        id: known?.['id'] ?? this.#id(),
        db_id: database.id,
        name,
        schema,
        display_name: name,
        description: null,
        entity_type: null,
        fields: columns.map(
          (column) =>
            known?.fields.find((field) => field.name === column) ?? {
              id: this.#id(),
              name: column,
              display_name: column,
              has_field_values: 'none',
            },
        ),
      };
    });
  }

  #updateField({ id, body: sent }: Call): Body {
    const fields = this.databases.flatMap(({ tables }) => tables.flatMap((table) => table.fields));
    return Object.assign(find(fields, id), closed('field', sent, this.stripped));
  }

  async #dataset(body: Body): Promise<Body> {
    const database = find(this.databases, Number(body['database']));
    return this.#run(database, storedQuery(body).stages[0].native);
  }

  async #run(database: Database, sql: string): Promise<Body> {
    try {
      const { rows, fields } = await connected(database.details, (client) =>
        client.query<unknown[]>({ text: sql, rowMode: 'array' }),
      );
      return {
        status: 'completed',
        row_count: rows.length,
        data: { rows, cols: fields.map(({ name }) => ({ name })) },
      };
    } catch (error) {
      return { status: 'failed', error: sentence(error) };
    }
  }

  #createCollection(sent: Body): Body {
    const body = closed('newCollection', sent, this.stripped);
    check(isText(body['name']), 'name');
    const parent = body['parent_id'] ?? null;
    const collection: Item = {
      ...body,
      id: this.#id(),
      entity_id: nanoId(),
      location: parent === null ? '/' : `/${String(parent)}/`,
      archived: false,
    };
    this.collections.push(collection);
    return collection;
  }

  #updateCollection({ id, body: sent }: Call): Body {
    const body = closed('collection', sent, this.stripped);
    const collection = Object.assign(find(this.collections, id), body);
    if (body['archived'] === true) {
      for (const item of [...this.cards, ...this.dashboards]) {
        if (item['collection_id'] === id) item.archived = true;
      }
    }
    return collection;
  }

  #items({ id, query }: Call): Body {
    find(this.collections, Number(id));
    const offset = Number(query.get('offset') ?? 0);
    const limit = Number(query.get('limit') ?? DEFAULT_PAGE);
    const models = query.getAll('models');
    const all = [
      ...this.dashboards.map((item) => ({ item, model: 'dashboard' })),
      ...this.cards.map((item) => ({ item, model: 'card' })),
    ]
      .filter(({ item, model }) => {
        const isListed = models.length === 0 || models.includes(model);
        return isListed && isThere(item) && item['collection_id'] === id;
      })
      .map(({ item, model }) => ({
        id: item.id,
        model,
        name: item['name'],
        description: item['description'] ?? null,
        entity_id: item['entity_id'],
        archived: false,
        collection_id: id,
      }));
    return { data: all.slice(offset, offset + limit), total: all.length, limit, offset };
  }

  #createCard(sent: Body): Body {
    const body = closed('newCard', sent, this.stripped);
    const { entity_id: entityId = nanoId() } = body;
    for (const field of ['name', 'display', 'dataset_query', 'visualization_settings']) {
      check(body[field] !== undefined, field);
    }
    check(body['description'] === undefined || isText(body['description']), 'description');
    check(/^[A-Za-z0-9_-]{21}$/.test(String(entityId)), 'entity_id');
    // Of the archived ones, too.
    if (this.cards.some((card) => card.entity_id === entityId)) {
      throw new Refusal(500, {
        message:
          'ERROR: duplicate key value violates unique constraint "report_card_entity_id_key"',
      });
    }
    const card = {
      ...body,
      type: body['type'] ?? 'question',
      description: body['description'] ?? null,
      query_type: 'native',
      table_id: null,
      dashboard_id: null,
      creator_id: 1,
      id: this.#id(),
      entity_id: String(entityId),
      archived: false,
      dataset_query: this.#checkedQuery(body['dataset_query'] as Body),
    };
    this.#checkCollection(body['collection_id']);
    this.cards.push(card);
    return this.#shownCard(card);
  }

  #updateCard({ id, body: sent }: Call): Body {
    const card = find(this.cards, id);
    const body = closed('card', sent, this.stripped);
    this.#checkCollection(body['collection_id']);
    if (body['dataset_query'] !== undefined) {
      body['dataset_query'] = this.#checkedQuery(body['dataset_query'] as Body);
    }
    return this.#shownCard(Object.assign(card, body));
  }

  #checkCollection(id: unknown): void {
    if (id === undefined || id === null) return;
    check(isThere(find(this.collections, Number(id))), 'collection_id', 404);
  }

  #checkedQuery(query: Body): ReturnType<typeof storedQuery> {
    const stored = storedQuery(query);
    const fields = find(this.databases, stored.database).tables.flatMap((table) => table.fields);
    for (const { dimension } of tagsOf(stored.stages[0])) {
      check(
        fields.some(({ id }) => id === dimension?.[2]),
        'dataset_query',
      );
    }
    return stored;
  }

  #shownCard(card: FakeMetabase['cards'][number]): Body {
    return {
      ...card,
      database_id: card.dataset_query.database,
      dataset_query: shownQuery(card.dataset_query, this.release),
      created_at: '2026-11-23T00:00:00Z',
    };
  }

  async #queryCard({ id, body }: Call): Promise<Body> {
    const { dataset_query: query } = find(this.cards, id);
    const database = find(this.databases, query.database);
    const values = new Map(
      ((body['parameters'] ?? []) as { target: [string, [string, string]]; value: unknown }[]).map(
        ({ target, value }) => [target[1][1], value] as const,
      ),
    );
    const column = (fieldId: number): string => {
      const table = database.tables.find(({ fields }) => fields.some((one) => one.id === fieldId));
      const name = table?.fields.find((field) => field.id === fieldId)?.name;
      return `"${table?.schema}"."${table?.name}"."${name}"`;
    };
    return this.#run(database, expandQuery(query.stages[0], column, values));
  }

  #createDashboard(sent: Body): Body {
    const body = closed('newDashboard', sent, this.stripped);
    check(isText(body['name']), 'name');
    this.#checkCollection(body['collection_id']);
    const dashboard: Dashboard = {
      description: null,
      creator_id: 1,
      width: 'fixed',
      auto_apply_filters: true,
      enable_embedding: false,
      public_uuid: null,
      cache_ttl: null,
      parameters: [],
      ...body,
      id: this.#id(),
      entity_id: nanoId(),
      archived: false,
      dashcards: [],
      tabs: [],
    };
    this.dashboards.push(dashboard);
    return this.#shownDashboard(dashboard);
  }

  #updateDashboard({ id, body: sent }: Call): Body {
    const dashboard = find(this.dashboards, id);
    const { dashcards, tabs, parameters, ...rest } = closed('dashboard', sent, this.stripped);
    if (parameters !== undefined) {
      rest['parameters'] = this.#closedList('parameter', parameters);
    }
    if (dashcards !== undefined || tabs !== undefined) {
      this.#replaceCards(
        dashboard,
        this.#closedList('dashcard', dashcards ?? dashboard.dashcards) as Dashcard[],
        this.#closedList('tab', tabs ?? []) as Tab[],
      );
    }
    return this.#shownDashboard(Object.assign(dashboard, rest));
  }

  #closedList(kind: Kind, items: unknown): Body[] {
    return (items as Body[]).map((item) => closed(kind, item, this.stripped));
  }

  /** Whole: what is left out is deleted. */
  #replaceCards(dashboard: Dashboard, dashcards: Dashcard[], tabs: Tab[]): void {
    check(new Set(dashcards.map(({ id }) => id)).size === dashcards.length, 'dashcards');
    const tabIds = new Map(
      tabs.map(({ id }) => [id, dashboard.tabs.some((tab) => tab.id === id) ? id : this.#id()]),
    );
    const kept = dashcards.map((dashcard) => {
      const { id, card_id: cardId = null, dashboard_tab_id: sentTab } = dashcard;
      for (const field of ['size_x', 'size_y', 'row', 'col'] as const) {
        check(Number.isInteger(dashcard[field]), field);
      }
      if (cardId !== null) check(isThere(find(this.cards, cardId)), 'card_id', 404);
      const tab = sentTab ?? (tabs.length === 1 ? (tabs[0]?.id ?? null) : null);
      if (tabs.length > 0 && (tab === null || !tabIds.has(tab))) {
        throw new Refusal(400, 'This dashboard has tab, makes sure every card has a tab');
      }
      return {
        parameter_mappings: [],
        visualization_settings: {},
        inline_parameters: [],
        series: [],
        ...dashcard,
        ...this.#checkedMappings(dashcard),
        card_id: cardId,
        id: dashboard.dashcards.some((one) => one.id === id) ? id : this.#id(),
        dashboard_id: dashboard.id,
        entity_id: nanoId(),
        dashboard_tab_id: tab === null ? null : (tabIds.get(tab) ?? null),
      };
    });
    dashboard.tabs = tabs.map(({ id, name }, position) => ({
      id: tabIds.get(id) ?? id,
      dashboard_id: dashboard.id,
      name,
      position,
      entity_id: nanoId(),
    }));
    // In no order that anybody asked for.
    dashboard.dashcards = kept.reverse();
  }

  /** Targets come back with options since 0.5x; what they name must be there. */
  #checkedMappings(dashcard: Dashcard): Body {
    const mappings = this.#closedList('mapping', dashcard['parameter_mappings'] ?? []);
    for (const { card_id: cardId, target } of mappings) {
      const card = find(this.cards, Number(cardId));
      const [, [, name]] = target as [string, [string, string]];
      check(
        tagsOf(card.dataset_query.stages[0]).some((tag) => tag.name === name),
        'parameter_mappings',
      );
    }
    return {
      parameter_mappings: mappings.map((mapping) => ({
        ...mapping,
        target: [...(mapping['target'] as unknown[]).slice(0, 2), { 'stage-number': 0 }],
      })),
    };
  }

  #shownDashboard(dashboard: Dashboard): Body {
    return {
      ...dashboard,
      dashcards: dashboard.dashcards.map((dashcard) => ({
        ...dashcard,
        card:
          dashcard.card_id === null ? null : this.#shownCard(find(this.cards, dashcard.card_id)),
        created_at: '2026-11-23T00:00:00Z',
        updated_at: '2026-11-23T00:00:00Z',
      })),
    };
  }

  #id(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

const ROOT = { id: 'root', name: 'Our analytics' };
const ADMINISTRATOR = {
  id: 2,
  email: 'api-key-user@api-key.invalid',
  common_name: 'tricost board',
  is_superuser: true,
};

async function connected<Result>(
  details: Body,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    host: String(details['host']),
    port: Number(details['port']),
    database: String(details['dbname']),
    user: String(details['user']),
    password: String(details['password']),
    ssl: details['ssl'] === true,
  });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new Refusal(400, { message: sentence(error) });
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function sentence(error: unknown): string {
  if (error instanceof Refusal) return String((error.answer as Body)['message']);
  return error instanceof Error ? error.message : String(error);
}

function shownDatabase({ tables: _, looking: __, details, ...rest }: Database): Body {
  return { ...rest, id: rest['id'], details: { ...details, password: PASSWORD_MASK } };
}

function list(data: Body[]): Body {
  return { data, total: data.length };
}

function find<One extends { id: number }>(items: readonly One[], id: number | string): One {
  const found = items.find(
    (item) => item.id === id || (item as { entity_id?: string }).entity_id === id,
  );
  if (found === undefined) throw new Refusal(404, 'Not found.');
  return found;
}

function remove(items: { id: number }[], id: number | string): undefined {
  items.splice(items.indexOf(find(items, id)), 1);
}

function isThere({ archived }: { archived: boolean }): boolean {
  return !archived;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function nanoId(): string {
  return randomBytes(16).toString('base64url').slice(0, 21);
}
