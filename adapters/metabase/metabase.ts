/** The endpoints of Metabase that the board needs (https://www.metabase.com/docs/latest/api). */
import type {
  ApiKeyBody,
  CardChange,
  Collection,
  CollectionBody,
  CollectionChange,
  CollectionItem,
  DashboardChange,
  Database,
  DatabaseBody,
  DatabaseChange,
  FieldBody,
  NewCardBody,
  NewDashboardBody,
  Properties,
  QueryResult,
  SetupBody,
  StoredCard,
  StoredDashboard,
  Table,
} from './bodies.ts';
import { MetabaseError, request, type Server } from './request.ts';

const PAGE_SIZE = 100;

export class Metabase {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Which release answers, and whether it is set up. Anybody may ask. */
  async properties(): Promise<Properties> {
    const properties = (await this.#get('/api/session/properties').catch((error: unknown) => {
      if (!(error instanceof MetabaseError) || error.status !== 404) throw error;
      throw new MetabaseError(404, `there is no Metabase at ${this.url}`);
    })) as Partial<Properties> | undefined;
    if (typeof properties?.version?.tag !== 'string') {
      throw new MetabaseError(200, `there is no Metabase at ${this.url}`);
    }
    return properties as Properties;
  }

  /** Makes the first user, once in the life of an instance. */
  setUp(body: SetupBody): Promise<{ id: string }> {
    return this.#post('/api/setup', body) as Promise<{ id: string }>;
  }

  signIn(username: string, password: string): Promise<{ id: string }> {
    return this.#post('/api/session', { username, password }) as Promise<{ id: string }>;
  }

  /** The key is told here and never again. */
  createApiKey(body: ApiKeyBody): Promise<{ unmasked_key: string }> {
    return this.#post('/api/api-key', body) as Promise<{ unmasked_key: string }>;
  }

  async databases(): Promise<Database[]> {
    return ((await this.#get('/api/database')) as { data: Database[] }).data;
  }

  /** Metabase connects with the details first. */
  createDatabase(body: DatabaseBody): Promise<Database> {
    return this.#post('/api/database', body) as Promise<Database>;
  }

  updateDatabase(id: number, body: DatabaseChange): Promise<Database> {
    return this.#put(`/api/database/${id}`, body) as Promise<Database>;
  }

  /** With all that was made of it. */
  async deleteDatabase(id: number): Promise<void> {
    await request(this.#server, 'DELETE', `/api/database/${id}`);
  }

  /** Starts a look at the views; `tables` shows what it found, later. */
  async syncSchema(databaseId: number): Promise<void> {
    await this.#post(`/api/database/${databaseId}/sync_schema`);
  }

  async tables(databaseId: number): Promise<Table[]> {
    return ((await this.#get(`/api/database/${databaseId}/metadata`)) as { tables: Table[] })
      .tables;
  }

  /** One statement in the database of that number, as the login that Metabase has there. */
  query(databaseId: number, sql: string): Promise<QueryResult> {
    return this.#post('/api/dataset', {
      database: databaseId,
      type: 'native',
      native: { query: sql },
    }) as Promise<QueryResult>;
  }

  async updateField(id: number, body: FieldBody): Promise<void> {
    await this.#put(`/api/field/${id}`, body);
  }

  /** Those that are not archived. */
  collections(): Promise<Collection[]> {
    return this.#get('/api/collection') as Promise<Collection[]>;
  }

  createCollection(body: CollectionBody): Promise<Collection> {
    return this.#post('/api/collection', body) as Promise<Collection>;
  }

  updateCollection(id: number, body: CollectionChange): Promise<Collection> {
    return this.#put(`/api/collection/${id}`, body) as Promise<Collection>;
  }

  /** All that is in a collection and not archived. */
  async collectionItems(id: number): Promise<CollectionItem[]> {
    const items: CollectionItem[] = [];
    for (;;) {
      const { data, total } = (await this.#get(
        `/api/collection/${id}/items?limit=${PAGE_SIZE}&offset=${items.length}`,
      )) as { data: CollectionItem[]; total: number };
      items.push(...data);
      if (data.length === 0 || items.length >= total) return items;
    }
  }

  /** Archived or not; undefined when there is none. */
  card(entityId: string): Promise<StoredCard | undefined> {
    return this.#find(`/api/card/${entityId}`) as Promise<StoredCard | undefined>;
  }

  createCard(body: NewCardBody): Promise<StoredCard> {
    return this.#post('/api/card', body) as Promise<StoredCard>;
  }

  updateCard(id: number, body: CardChange): Promise<StoredCard> {
    return this.#put(`/api/card/${id}`, body) as Promise<StoredCard>;
  }

  /** Archived or not; undefined when there is none. */
  dashboard(id: number): Promise<StoredDashboard | undefined> {
    return this.#find(`/api/dashboard/${id}`) as Promise<StoredDashboard | undefined>;
  }

  /** Without cards and tabs, which only a change takes. */
  createDashboard(body: NewDashboardBody): Promise<StoredDashboard> {
    return this.#post('/api/dashboard', body) as Promise<StoredDashboard>;
  }

  updateDashboard(id: number, body: DashboardChange): Promise<StoredDashboard> {
    return this.#put(`/api/dashboard/${id}`, body) as Promise<StoredDashboard>;
  }

  #get(path: string): Promise<unknown> {
    return request(this.#server, 'GET', path);
  }

  async #find(path: string): Promise<unknown> {
    try {
      return await this.#get(path);
    } catch (error) {
      if (error instanceof MetabaseError && error.status === 404) return undefined;
      throw error;
    }
  }

  #post(path: string, body?: object): Promise<unknown> {
    return request(this.#server, 'POST', path, body);
  }

  #put(path: string, body: object): Promise<unknown> {
    return request(this.#server, 'PUT', path, body);
  }
}
