/**
 * What Metabase's server accepts: the closed lists of keys of its endpoints. The real one drops other keys without a word; here they
 * are remembered, so that a test can fail. From the schemas in its source
 * (https://github.com/metabase/metabase/blob/master/src/metabase/queries_rest/api/card.clj and its neighbours).
 */

const KEYS = {
  setup: ['token', 'user', 'prefs', 'database'],
  apiKey: ['name', 'group_id'],
  database: [
    'name',
    'engine',
    'details',
    'is_full_sync',
    'is_on_demand',
    'schedules',
    'auto_run_queries',
    'cache_ttl',
    'connection_source',
    'provider_name',
  ],
  field: [
    'caveats',
    'coercion_strategy',
    'description',
    'display_name',
    'fk_target_field_id',
    'has_field_values',
    'json_unfolding',
    'nfc_path',
    'points_of_interest',
    'semantic_type',
    'settings',
    'visibility_type',
  ],
  newCollection: ['name', 'description', 'parent_id', 'namespace', 'authority_level'],
  collection: ['name', 'description', 'archived', 'parent_id', 'authority_level'],
  newCard: [
    'name',
    'type',
    'dataset_query',
    'entity_id',
    'parameters',
    'parameter_mappings',
    'description',
    'display',
    'visualization_settings',
    'collection_id',
    'collection_position',
    'result_metadata',
    'cache_ttl',
    'dashboard_id',
    'dashboard_tab_id',
    'size',
    'source_card_id',
  ],
  card: [
    'name',
    'parameters',
    'parameter_mappings',
    'dataset_query',
    'type',
    'display',
    'description',
    'visualization_settings',
    'archived',
    'enable_embedding',
    'embedding_type',
    'embedding_params',
    'collection_id',
    'collection_position',
    'result_metadata',
    'cache_ttl',
    'collection_preview',
    'dashboard_id',
    'dashboard_tab_id',
  ],
  newDashboard: [
    'name',
    'description',
    'parameters',
    'cache_ttl',
    'collection_id',
    'collection_position',
  ],
  dashboard: [
    'name',
    'description',
    'caveats',
    'points_of_interest',
    'show_in_getting_started',
    'enable_embedding',
    'embedding_type',
    'embedding_params',
    'parameters',
    'position',
    'width',
    'archived',
    'auto_apply_filters',
    'collection_id',
    'collection_position',
    'cache_ttl',
    'dashcards',
    'tabs',
  ],
  dashcard: [
    'id',
    'size_x',
    'size_y',
    'row',
    'col',
    'card_id',
    'action_id',
    'dashboard_tab_id',
    'parameter_mappings',
    'visualization_settings',
    'inline_parameters',
    'series',
  ],
  tab: ['id', 'name', 'position'],
  parameter: [
    'id',
    'name',
    'slug',
    'type',
    'sectionId',
    'default',
    'required',
    'target',
    'filteringParameters',
    'isMultiSelect',
    'temporal_units',
    'values_query_type',
    'values_source_type',
    'values_source_config',
  ],
  mapping: ['parameter_id', 'card_id', 'target'],
} as const;

export type Kind = keyof typeof KEYS;
export type Body = Record<string, unknown>;

/** Of `details`, `visualization_settings` and `dataset_query` the server takes every key. */
export function closed(kind: Kind, body: Body, stripped: string[]): Body {
  const known: readonly string[] = KEYS[kind];
  return Object.fromEntries(
    Object.entries(body).filter(([key]) => {
      if (known.includes(key)) return true;
      stripped.push(`${kind}.${key}`);
      return false;
    }),
  );
}

/** What the server answers instead of doing it. */
export class Refusal extends Error {
  readonly status: number;
  readonly answer: unknown;

  constructor(status: number, answer: unknown) {
    super(JSON.stringify(answer));
    this.status = status;
    this.answer = answer;
  }
}

export function check(holds: boolean, field: string, status = 400): void {
  if (holds) return;
  throw new Refusal(status, {
    errors: { [field]: `${field} is not valid` },
    'specific-errors': {},
  });
}
