/** Where what Metabase has differs from what it shall have. */

/**
 * The paths at which `observed` differs: of maps, those keys that `desired` has, because servers add defaults; lists whole.
 *
 * @returns for example `visualization_settings.graph.metrics`; `.` when the values themselves differ
 */
export function differences(desired: unknown, observed: unknown, path = ''): string[] {
  if (isMap(desired)) {
    if (!isMap(observed)) return [path || '.'];
    return Object.entries(desired).flatMap(([key, value]) =>
      differences(value, observed[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(desired)) {
    if (!Array.isArray(observed) || observed.length !== desired.length) return [path || '.'];
    return desired.flatMap((value, index) =>
      differences(value, observed[index], `${path}[${index}]`),
    );
  }
  return (desired ?? null) === (observed ?? null) ? [] : [path || '.'];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A native query in one shape, whichever the server gives: MBQL 5 with tags as a map (0.57 on) or as a list (0.63 on), or the
 * older form with the id of a field before its options.
 */
export function normalizedQuery(query: unknown): unknown {
  if (!isMap(query)) return query;
  const stages = query['stages'];
  const stage: unknown = Array.isArray(stages) ? stages[0] : query['native'];
  if (!isMap(stage)) return query;
  return {
    database: query['database'],
    sql: stage['native'] ?? stage['query'],
    tags: normalizedTags(stage['template-tags']),
  };
}

function normalizedTags(tags: unknown): Record<string, unknown> {
  const list: unknown[] = Array.isArray(tags) ? tags : Object.values(tags ?? {});
  return Object.fromEntries(
    list.filter(isMap).map((tag) => [
      String(tag['name']),
      {
        ...tag,
        dimension: fieldOf(tag['dimension']),
        default: single(tag['default']),
      },
    ]),
  );
}

function fieldOf(dimension: unknown): unknown {
  if (!Array.isArray(dimension)) return dimension;
  return dimension.slice(1).find((part) => typeof part === 'number');
}

function single(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}
