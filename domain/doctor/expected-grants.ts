/** Every privilege that a role of tricost has in schemas tricost and reporting, and no other: the migrations grant exactly these. */

export type GrantedRole = 'tricost_ingest' | 'tricost_readonly';

export interface Grant {
  role: GrantedRole | 'public';
  /** In lower case, as GRANT takes it; a column's as `select (column)`. */
  privilege: string;
  /** With its kind, as GRANT takes it: `table tricost.llm_calls`. */
  object: string;
}

type GrantedObjects = Record<string, readonly string[]>;

const INGEST: GrantedObjects = {
  'schema tricost': ['usage'],
  'schema reporting': ['usage'],
  'table tricost.llm_calls': ['insert'],
  'table tricost.llm_calls_partitions': ['select'],
  'table tricost.rejected_calls': ['insert', 'select (message_id)', 'select (event_index)'],
  'table tricost.deliveries': ['insert', 'select'],
  'function tricost.assign_prompt_versions(text[], text[], text[], integer)': ['execute'],
  'table tricost.job_runs': ['insert', 'select', 'update'],
  'table tricost.outbox': ['insert', 'select', 'update'],
  'table tricost.alerts': ['insert'],
  'table tricost.tag_coverage_alerts': ['insert'],
  'table tricost.alert_settings': ['select'],
  'table tricost.teams': ['select'],
  'table tricost.feature_owners': ['select'],
  'table tricost.prices': ['select'],
  'table tricost.model_names': ['select'],
  'table tricost.price_list_version': ['select'],
  'table tricost.unpriced_models': ['insert', 'select'],
  'table tricost.fold_lock': ['update'],
  'function tricost.fold_spend(integer, timestamp with time zone)': ['execute'],
  'function tricost.refresh_user_windows(interval)': ['execute'],
  'table tricost.canaries': ['insert', 'select', 'delete'],
  'table reporting.llm_calls': ['select'],
  'table reporting.spend_by_feature_day': ['select'],
  'table reporting.spend_by_feature_hour': ['select'],
  'table reporting.spend_by_prompt_day': ['select'],
  'table reporting.spend_by_user_day': ['select'],
  'table reporting.prompt_versions': ['select'],
  'table reporting.alert_states': ['select'],
  'function tricost.feature_sums(timestamp with time zone, timestamp with time zone)': ['execute'],
  'function tricost.prompt_sums(timestamp with time zone, timestamp with time zone)': ['execute'],
  'table reporting.tag_coverage': ['select'],
  'table reporting.tag_coverage_alerts': ['select'],
  'table reporting.reporting_day': ['select'],
};

const READONLY: GrantedObjects = {
  'schema reporting': ['usage'],
  'function tricost.feature_sums(timestamp with time zone, timestamp with time zone)': ['execute'],
  'function tricost.prompt_sums(timestamp with time zone, timestamp with time zone)': ['execute'],
  'function tricost.latency_histograms(timestamp with time zone, timestamp with time zone)': [
    'execute',
  ],
  'table reporting.llm_calls': ['select'],
  'table reporting.prompt_versions': ['select'],
  'table reporting.rejected_calls': ['select'],
  'table reporting.reused_event_ids': ['select'],
  'table reporting.alerts': ['select'],
  'table reporting.alert_states': ['select'],
  'table reporting.alert_history': ['select'],
  'table reporting.tag_coverage_alerts': ['select'],
  'table reporting.prices': ['select'],
  'table reporting.unpriced_calls': ['select'],
  'table reporting.unpriced_models': ['select'],
  'table reporting.tag_coverage': ['select'],
  'table reporting.delivery_gaps': ['select'],
  'table reporting.calls_seen_twice': ['select'],
  'table reporting.deliveries': ['select'],
  'table reporting.repricing_runs': ['select'],
  'table reporting.notifications': ['select'],
  'table reporting.reporting_day': ['select'],
  'table reporting.spend_by_feature_hour': ['select'],
  'table reporting.spend_by_feature_day': ['select'],
  'table reporting.spend_by_prompt_day': ['select'],
  'table reporting.spend_by_user_day': ['select'],
  'table reporting.latency_by_feature_day': ['select'],
  'table reporting.prompt_transitions': ['select'],
  'table reporting.windows': ['select'],
  'table reporting.feature_windows': ['select'],
  'table reporting.prompt_windows': ['select'],
  'table reporting.user_windows': ['select'],
  'table reporting.ingest_by_hour': ['select'],
};

export const EXPECTED_GRANTS: readonly Grant[] = [
  ...grantsOf('tricost_ingest', INGEST),
  ...grantsOf('tricost_readonly', READONLY),
];

function grantsOf(role: GrantedRole, objects: GrantedObjects): Grant[] {
  return Object.entries(objects).flatMap(([object, privileges]) =>
    privileges.map((privilege) => ({ role, privilege, object })),
  );
}
