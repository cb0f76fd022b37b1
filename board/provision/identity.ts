/** The names by which a board in Metabase is known again: computed, so that they are the same on every machine and every run. */
import { createHash } from 'node:crypto';
import { uuidV5 } from '../../domain/uuid.ts';

/** Of template tags alone. */
const TAG_NAMESPACE = '6f1d0b5c-3a53-5c0e-9d0a-0c2a3b6c7d10';
const ENTITY_ID_LENGTH = 21;

/** Metabase's own ids for what is moved between instances: 21 letters of base64url. */
export function entityId(cardSlug: string): string {
  return createHash('sha256')
    .update(`tricost:card/${cardSlug}`)
    .digest('base64url')
    .slice(0, ENTITY_ID_LENGTH);
}

export function tagId(parameter: string): string {
  return uuidV5(TAG_NAMESPACE, parameter);
}

/** The first sentence of what is ours, and how it is told from what is not. */
export const MARK = 'Made by `tricost board apply`, which overwrites what is changed here.';

export function isOurs({ description }: { description?: string | null }): boolean {
  return description?.startsWith(MARK) === true;
}

/** Metabase's numbers of what the board has outside its collection, or may be moved out of it. */
export interface Numbers {
  database?: number;
  dashboard?: number;
}

/** Stands at the end of the collection's description. */
export function writeNumbers({ database, dashboard }: Numbers): string {
  const parts = [
    database === undefined ? [] : [`database ${database}`],
    dashboard === undefined ? [] : [`dashboard ${dashboard}`],
  ].flat();
  return parts.length === 0 ? '' : ` It has ${parts.join(' and ')}.`;
}

export function readNumbers(collection: { description?: string | null } | undefined): Numbers {
  const numberOf = (what: string): number | undefined => {
    const found = new RegExp(`\\b${what} (\\d+)(?: and |\\.$)`).exec(collection?.description ?? '');
    return found === null ? undefined : Number(found[1]);
  };
  const [database, dashboard] = [numberOf('database'), numberOf('dashboard')];
  return {
    ...(database === undefined ? {} : { database }),
    ...(dashboard === undefined ? {} : { dashboard }),
  };
}

/** Short, and enough to tell whether a text is the one that was written. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 8);
}
