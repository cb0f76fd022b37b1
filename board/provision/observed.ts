/** What a Metabase server has of the board, as far as a plan needs to know it. */
import type {
  Collection,
  CollectionItem,
  Database,
  StoredCard,
  StoredDashboard,
  Table,
} from '../../adapters/metabase/bodies.ts';
import type { FieldId } from './card-body.ts';

export interface Observed {
  /** The Postgres database that an earlier run made; where there is none, every one named as ours. */
  databases: ObservedDatabase[];
  /** Named as ours, or marked as ours. */
  collections: Collection[];
  /** In our collection. */
  items: CollectionItem[];
  /** Those in our collection that are named or marked as ours, and ours where it was moved to. */
  dashboards: StoredDashboard[];
  /** By slug: of the board, and those that an earlier run wrote. */
  cards: ReadonlyMap<string, StoredCard>;
}

export interface ObservedDatabase {
  stored: Database;
  tables: Table[];
  login: Login;
}

/** What Metabase's login may do in the database, or why it cannot be asked. */
export type Login =
  | { state: 'connected'; name: string; readsPrivateTables: boolean; readableViews: number }
  | { state: 'failed'; why: string };

/** What an earlier run wrote, kept in the dashboard: by it a change of ours is told from somebody else's. */
export interface AppliedRecord {
  /** Fingerprint of each card, by slug. */
  cards: Record<string, string>;
  layout: string;
  texts: string[];
  /** Metabase's number of each tab, by the name that it was made with. */
  tabs: Record<string, number>;
}

const NOTHING: AppliedRecord = { cards: {}, layout: '', texts: [], tabs: {} };

export function readRecord(dashboard: Pick<StoredDashboard, 'caveats'> | undefined): AppliedRecord {
  try {
    const { tricost } = JSON.parse(dashboard?.caveats ?? '') as { tricost: AppliedRecord };
    return { ...NOTHING, ...tricost };
  } catch {
    // Nobody wrote one, or somebody wrote over it: then every difference is a change of ours.
    return NOTHING;
  }
}

export function writeRecord(record: AppliedRecord): string {
  return JSON.stringify({ tricost: record });
}

export function fieldIds(tables: readonly Table[]): FieldId {
  const ids = new Map(
    tables
      .filter(({ schema }) => schema === 'reporting')
      .flatMap((table) =>
        table.fields.map((field) => [`${table.name}.${field.name}`, field.id] as const),
      ),
  );
  return (view, column) => ids.get(`${view}.${column}`);
}
