/** Reads what features spent, and writes what was alerted. */
import type { ClientBase } from 'pg';
import { parsePicoUsd } from '../../domain/money.ts';
import { addDays, startOfMonth } from '../../domain/reporting-days.ts';
import { changeRatio } from '../../domain/spend-alert/change-ratio.ts';
import type { AlertNotification } from '../../domain/spend-alert/compose.ts';
import type {
  FeatureSpend,
  SpendSnapshot,
  WindowSpend,
} from '../../domain/spend-alert/feature-spend.ts';
import type { Decomposition } from '../../domain/spend-alert/growth/decompose.ts';
import type { EndedAlert, OpenAlert, SpendAlert } from '../../domain/spend-alert/judge.ts';
import type { Finding, SpendRule } from '../../domain/spend-alert/rules/finding.ts';
import type { AlertState } from '../../domain/spend-alert/state.ts';
import { type SpendWindows, WINDOW_DAYS } from '../../domain/spend-alert/windows.ts';
import type { RoutedNotification } from '../../domain/teams/compose-by-team.ts';
import spendAlertQuery from '../../sql/queries/spend-alert.sql' with { type: 'text' };
import { thresholdColumns } from './alert-settings.ts';
import { count, decimal, money } from './numeric-columns.ts';
import { addToOutbox } from './outbox.ts';
import { insertCoverageAlerts } from './tag-coverage.ts';

/** bigint and numeric arrive as text. */
type WindowColumns<Window extends string> = Record<
  `${Window}_calls` | `${Window}_priced_calls` | `${Window}_unpriced_calls`,
  string
> &
  Record<`${Window}_${'input_tokens' | 'output_tokens' | 'usd' | 'last_day_usd'}`, string | null>;

interface Row extends WindowColumns<'previous'>, WindowColumns<'current'> {
  first_call_at: Date | null;
  last_call_at: Date | null;
  feature: string | null;
  month_to_date_usd: string | null;
}

/**
 * What every feature spent in the windows, in one statement; on what, and who, `readCostliest` says.
 *
 * @param windows of the zone that the rollups have
 * @param asOf calls after it do not count as fresh data
 */
export async function readSpend(
  client: ClientBase,
  windows: SpendWindows,
  asOf: Date,
): Promise<SpendSnapshot> {
  const { rows } = await client.query<Row>(spendAlertQuery, spendAlertParameters(windows, asOf));
  return {
    features: rows.flatMap((row) => (row.feature === null ? [] : [featureSpend(row.feature, row)])),
    firstCallAt: rows[0]?.first_call_at ?? undefined,
    lastCallAt: rows[0]?.last_call_at ?? undefined,
  };
}

/** Of sql/queries/spend-alert.sql. */
export function spendAlertParameters(windows: SpendWindows, asOf: Date): (string | Date)[] {
  const { date } = windows;
  return [
    addDays(date, -2 * WINDOW_DAYS),
    addDays(date, -WINDOW_DAYS),
    date,
    startOfMonth(date),
    asOf,
  ];
}

/**
 * Writes messages to the outbox and their alerts beside them. What was written before is left alone.
 *
 * @param client in a transaction: a message without its alert would be a lie
 */
export async function recordNotifications(
  client: ClientBase,
  notifications: readonly RoutedNotification[],
  windows: SpendWindows,
): Promise<void> {
  for (const { dedupeKey, message, alerts, coverageAlerts = [], ...options } of notifications) {
    const outboxId = await addToOutbox(client, dedupeKey, message, options);
    if (outboxId === undefined) continue;
    if (alerts.length > 0) await insertAlerts(client, alerts, windows.date, outboxId);
    if (coverageAlerts.length > 0)
      await insertCoverageAlerts(client, coverageAlerts, windows.date, outboxId);
  }
}

async function insertAlerts(
  client: ClientBase,
  alerts: AlertNotification['alerts'],
  date: string,
  outboxId: string,
): Promise<void> {
  const rows = alerts.map(alertRow);
  await client.query(
    `insert into tricost.alerts (local_date, outbox_id, feature, transition, rule, previous_usd, current_usd, change_ratio,
       weekly_excess_usd, details)
     select $1::date, $2::bigint, t.*
     from unnest($3::text[], $4::text[], $5::text[], $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[], $10::jsonb[]) as t`,
    [
      date,
      outboxId,
      ...[rows.map((row) => row.feature), rows.map((row) => row.transition)],
      ...[rows.map((row) => row.rule), rows.map((row) => row.previousUsd)],
      ...[rows.map((row) => row.currentUsd), rows.map((row) => row.changeRatio)],
      ...[rows.map((row) => row.weeklyExcessUsd), rows.map((row) => row.details)],
    ],
  );
}

function alertRow(alert: SpendAlert | EndedAlert) {
  const { spend, transition } = alert;
  const of = { feature: spend.feature, transition };
  if (alert.transition === 'resolved') {
    const none = { rule: null, previousUsd: null, changeRatio: null, weeklyExcessUsd: null };
    return { ...of, ...none, currentUsd: decimal(spend.current.costUsd), details: '{}' };
  }
  const { finding, weeklyExcessUsd, settings, why } = alert;
  const { rule, previousUsd, currentUsd } = finding;
  return {
    ...of,
    rule,
    previousUsd: decimal(previousUsd),
    currentUsd: decimal(currentUsd),
    changeRatio: changeRatio(rule === 'new' ? null : previousUsd, currentUsd),
    weeklyExcessUsd: decimal(weeklyExcessUsd),
    details: JSON.stringify({
      ...{ ...details(spend), ...found(finding) },
      ...{ thresholds: thresholdColumns(settings), why: why && whyDetails(why) },
    }),
  };
}

/** What the rule compared, and of which prompt or user. */
function found({ rule, name, compared }: Finding): object {
  return {
    compared: { span: compared.span, weeks_back: compared.weeksBack },
    ...(rule === 'prompt' ? { prompt: { prompt_name: name } } : {}),
    ...(rule === 'user' ? { user: { user_id: name } } : {}),
  };
}

/** In the words of the columns. */
export function whyDetails({ deltaUsd, terms }: Decomposition): object {
  return {
    delta_usd: decimal(deltaUsd),
    terms: terms.map(({ cause, usd, slices: [slice] }) => ({
      cause,
      usd: decimal(usd),
      ...(slice && {
        prompt_name: slice.promptName,
        prompt_id: slice.promptId,
        prompt_version: slice.promptVersion,
        provider: slice.provider,
        model: slice.model,
      }),
    })),
  };
}

/** Alerts that have not ended, by feature. */
export async function readOpenAlerts(client: ClientBase): Promise<Map<string, OpenAlert>> {
  const { rows } = await client.query<{
    feature: string;
    state: AlertState;
    openedOn: string;
    toldUsd: string;
    snoozedUntil: string | null;
    rule: SpendRule | null;
    name: string | null;
  }>(
    `select feature, transition as state, opened_on::text as "openedOn", coalesce(told_usd, 0) as "toldUsd",
       snoozed_until::text as "snoozedUntil", snoozed_rule as rule, snoozed_name as name
     from reporting.alert_states`,
  );
  return new Map(
    rows.map(({ feature, state, openedOn, toldUsd, snoozedUntil, rule, name }) => [
      feature,
      {
        ...{ state, openedOn, toldUsd: parsePicoUsd(toldUsd) },
        snoozedUntil: snoozedUntil ?? undefined,
        snoozed: rule === null ? undefined : { rule, name },
      },
    ]),
  );
}

function featureSpend(feature: string, row: Row): FeatureSpend {
  return {
    feature,
    previous: windowSpend(row, 'previous'),
    current: windowSpend(row, 'current'),
    monthToDateUsd: money(row.month_to_date_usd),
  };
}

function windowSpend(row: Row, window: 'previous' | 'current'): WindowSpend {
  return {
    calls: Number(row[`${window}_calls`]),
    pricedCalls: Number(row[`${window}_priced_calls`]),
    unpricedCalls: Number(row[`${window}_unpriced_calls`]),
    inputTokens: count(row[`${window}_input_tokens`]),
    outputTokens: count(row[`${window}_output_tokens`]),
    costUsd: money(row[`${window}_usd`]),
    lastDayUsd: money(row[`${window}_last_day_usd`]),
  };
}

/** The facts of the alert as they were on the day, in the words of the columns. */
function details(spend: FeatureSpend): object {
  const { previous, current, topPrompt, topModel, topUser, monthToDateUsd } = spend;
  return {
    previous: windowDetails(previous),
    current: windowDetails(current),
    month_to_date_usd: decimal(monthToDateUsd),
    top_prompt: topPrompt && {
      prompt_id: topPrompt.id,
      prompt_name: topPrompt.name,
      prompt_version: topPrompt.version,
      usd: decimal(topPrompt.costUsd),
    },
    top_model: topModel && { model: topModel.name, usd: decimal(topModel.costUsd) },
    top_user: topUser && { user_id: topUser.id, usd: decimal(topUser.costUsd) },
  };
}

function windowDetails(window: WindowSpend): object {
  return {
    calls: window.calls,
    priced_calls: window.pricedCalls,
    unpriced_calls: window.unpricedCalls,
    input_tokens: window.inputTokens,
    output_tokens: window.outputTokens,
    usd: decimal(window.costUsd),
  };
}
