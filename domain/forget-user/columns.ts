/** Every column that can hold text, and what forgetting a user does to it. A test fails when the schema has another one. */

/**
 * - `replaced`: names users; the whole value is the id.
 * - `cleared`: may say anything about the user of the call: NULL in the user's own calls, mentions replaced in others'.
 * - `rewritten`: each mention is replaced.
 * - `erased`: emptied, when it mentions the user.
 * - `reported`: the name of a product's part. It is counted when it mentions the user and left alone, because another name
 *   would be another feature, prompt or model in every report.
 * - `deleted`: the rows that name the user go; they are made again from the calls.
 * - `nobody`: cannot name a user.
 */
type Decision = 'replaced' | 'cleared' | 'rewritten' | 'erased' | 'reported' | 'deleted' | 'nobody';

export const COLUMN_DECISIONS = {
  'llm_calls.user_id': 'replaced',
  'llm_calls.response_id': 'cleared',
  'llm_calls.trace_id': 'cleared',
  'llm_calls.extra': 'cleared',
  'llm_calls.tags': 'rewritten',
  'llm_calls.usage_raw': 'rewritten',
  'llm_calls.feature': 'reported',
  'llm_calls.prompt_id': 'reported',
  'llm_calls.prompt_name': 'reported',
  'llm_calls.provider': 'reported',
  'llm_calls.model': 'reported',
  'llm_calls.service': 'reported',
  'llm_calls.service_tier': 'reported',
  'llm_calls.region': 'reported',
  'llm_calls.environment': 'reported',
  'llm_calls.user_tier': 'reported',
  'llm_calls.status': 'nobody',
  'llm_calls.price_status': 'nobody',
  'llm_calls.usage_source': 'nobody',
  'llm_calls.flags': 'nobody',

  'alerts.details': 'rewritten',
  // As in the calls of the same name.
  'alerts.feature': 'reported',
  'alerts.rule': 'nobody',
  'alerts.transition': 'nobody',

  'tag_coverage_alerts.environment': 'reported',
  'tag_coverage_alerts.transition': 'nobody',
  'tag_coverage_alerts.tag': 'nobody',
  'tag_coverage_alerts.details': 'rewritten',

  'alert_settings.feature': 'reported',

  'outbox.payload': 'rewritten',
  'outbox.last_error': 'rewritten',
  'outbox.dedupe_key': 'reported',
  'outbox.team': 'nobody',
  'outbox.reply_state': 'nobody',
  // Given by Slack.
  'outbox.slack_channel': 'nobody',
  'outbox.slack_ts': 'nobody',

  // As an operator called them.
  'teams.name': 'nobody',
  'teams.secret': 'nobody',
  'teams.slack_channel': 'nobody',
  'teams.time_zone': 'nobody',
  'feature_owners.feature': 'reported',
  'feature_owners.team': 'nobody',

  'rejected_calls.body': 'erased',
  'rejected_calls.detail': 'erased',
  'rejected_calls.reason': 'nobody',
  // Given by SQS.
  'rejected_calls.message_id': 'nobody',

  'deliveries.producer_id': 'rewritten',
  'deliveries.message_id': 'nobody',

  'prompt_features.feature': 'reported',
  'prompt_versions.feature': 'reported',
  'prompt_versions.prompt_name': 'reported',
  'prompt_versions.prompt_id': 'reported',

  // What providers and operators call models, and where they read prices: never changed, because calls were priced with it.
  'prices.kind': 'nobody',
  'prices.provider': 'nobody',
  'prices.model': 'nobody',
  'prices.unit': 'nobody',
  'prices.service_tier': 'nobody',
  'prices.region': 'nobody',
  'prices.source': 'nobody',
  'prices.release': 'nobody',
  'model_names.provider': 'nobody',
  'model_names.name': 'nobody',
  'model_names.match': 'nobody',
  'model_names.model_provider': 'nobody',
  'model_names.model': 'nobody',
  'model_names.price_status': 'nobody',
  'model_names.source': 'nobody',
  'model_names.release': 'nobody',

  'price_releases.digest': 'nobody',
  'price_releases.catalogue': 'nobody',

  'unpriced_models.provider': 'reported',
  'unpriced_models.model': 'reported',
  'unpriced_models.cause': 'nobody',
  'unpriced_models.detail': 'reported',

  // Sums by the names in the calls.
  'feature_hours.environment': 'reported',
  'feature_hours.feature': 'reported',
  'feature_hours.provider': 'reported',
  'feature_hours.model': 'reported',
  'feature_days.environment': 'reported',
  'feature_days.feature': 'reported',
  'feature_days.provider': 'reported',
  'feature_days.model': 'reported',
  'prompt_days.environment': 'reported',
  'prompt_days.feature': 'reported',
  'prompt_days.prompt_name': 'reported',
  'prompt_days.prompt_id': 'reported',
  'prompt_days.provider': 'reported',
  'prompt_days.model': 'reported',
  'latency_days.environment': 'reported',
  'latency_days.feature': 'reported',
  'latency_days.provider': 'reported',
  'latency_days.model': 'reported',
  'prompt_majorities.environment': 'reported',
  'prompt_majorities.feature': 'reported',
  'prompt_majorities.prompt_name': 'reported',
  'prompt_majorities.prompt_id': 'reported',
  'rollup_state.zone': 'nobody',

  'user_windows.user_id': 'deleted',
  'user_windows.environment': 'reported',

  // As an operator asked for them.
  'repricing_runs.provider': 'nobody',
  'repricing_runs.model': 'nobody',

  'job_runs.job': 'nobody',
  'job_runs.outcome': 'nobody',

  'forget_user_runs.pseudonym': 'nobody',
  // A salt, and a digest that is deleted with it when the run has done everything.
  'forget_user_runs.salt': 'nobody',
  'forget_user_runs.digest': 'nobody',

  'schema_migrations.name': 'nobody',
  'schema_migrations.md5': 'nobody',
} as const satisfies Record<string, Decision>;

/** Names of a table's columns with one of the decisions. */
export function columnsOf(table: string, ...decisions: Decision[]): string[] {
  return Object.entries(COLUMN_DECISIONS)
    .filter(([column, decision]) => column.startsWith(`${table}.`) && decisions.includes(decision))
    .map(([column]) => column.slice(table.length + 1));
}
