/**
 * Native queries as Metabase stores and runs them: tags become conditions on the whole name of a column, an optional part goes when
 * its tag has no value, a bare tag without one is `1 = 1`
 * (https://www.metabase.com/docs/latest/questions/native-editor/field-filters).
 */
import { randomUUID } from 'node:crypto';
import type { Body } from './server-rules.ts';

export interface Tag {
  name: string;
  type: string;
  dimension?: [string, object, number];
  'widget-type'?: string;
  default?: unknown;
}

interface Stage {
  native: string;
  'template-tags'?: Record<string, Tag> | Tag[];
}

interface Stored {
  database: number;
  stages: [Stage];
}

/** MBQL 5, whichever way it was written; tags with ids of the server's own. */
export function storedQuery(query: Body): Stored {
  const legacy = query['native'] as { query: string; 'template-tags'?: Record<string, Tag> };
  const stage: Stage =
    query['type'] === 'native'
      ? { native: legacy.query, 'template-tags': legacy['template-tags'] ?? {} }
      : structuredClone((query['stages'] as [Stage])[0]);
  const tags = tagsOf(stage).map((tag) => [
    tag.name,
    tag.dimension === undefined
      ? tag
      : {
          ...tag,
          dimension: ['field', { ...tag.dimension[1], 'lib/uuid': randomUUID() }, tag.dimension[2]],
        },
  ]);
  return {
    ...{ 'lib/type': 'mbql/query' },
    database: Number(query['database']),
    stages: [
      {
        ...{ 'lib/type': 'mbql.stage/native' },
        native: stage.native,
        'template-tags': Object.fromEntries(tags) as Record<string, Tag>,
      },
    ],
  };
}

/** As the server gives it: since 0.63 the tags are a list. */
export function shownQuery(query: Stored, release: number): Stored {
  const [stage] = query.stages;
  return {
    ...query,
    stages: [
      { ...stage, 'template-tags': release >= 63 ? tagsOf(stage) : (stage['template-tags'] ?? {}) },
    ],
  };
}

export function tagsOf({ 'template-tags': tags = {} }: Stage): Tag[] {
  return Array.isArray(tags) ? tags : Object.values(tags);
}

/** @param column the whole name of a column, quoted */
export function expandQuery(
  stage: Stage,
  column: (fieldId: number) => string,
  values: ReadonlyMap<string, unknown>,
): string {
  const tags = new Map(tagsOf(stage).map((tag) => [tag.name, tag]));
  const valueFor = (name: string): unknown => values.get(name) ?? tags.get(name)?.default;
  const condition = (name: string): string => {
    const tag = tags.get(name);
    if (tag?.dimension === undefined) throw new Error(`no tag ${name}`);
    const value = valueFor(name);
    if (value === undefined) return '1 = 1';
    return compare(column(tag.dimension[2]), value);
  };
  return stage.native
    .replace(/\[\[(.*?)\]\]/gs, (_, part: string) =>
      [...part.matchAll(/\{\{(\w+)\}\}/g)].every(([, name = '']) => valueFor(name) !== undefined)
        ? part
        : '',
    )
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => condition(name));
}

function compare(column: string, value: unknown): string {
  const past = /^past(\d+)days(~?)$/.exec(String(value));
  if (past !== null) {
    const end = past[2] === '~' ? 'current_date' : 'current_date - 1';
    return `${column} between current_date - ${past[1]} and ${end}`;
  }
  const range = /^(\d{4}-\d\d-\d\d)~(\d{4}-\d\d-\d\d)$/.exec(String(value));
  if (range !== null) return `${column} between date '${range[1]}' and date '${range[2]}'`;
  const list = [value].flat().map((one) => `'${String(one).replaceAll("'", "''")}'`);
  return list.length === 1 ? `${column} = ${list[0]}` : `${column} in (${list.join(', ')})`;
}
