/** What happened to alerts, and what people say of those that are open. */
import type { ClientBase } from 'pg';
import type { LocalDate } from '../../domain/reporting-days.ts';
import type { SpendRule } from '../../domain/spend-alert/rules/finding.ts';
import type { AlertState } from '../../domain/spend-alert/state.ts';
import type { ThresholdColumns } from './alert-settings.ts';
import { inTransaction } from './transaction.ts';

/** An alert that has not ended. Money is decimal text. */
export interface OpenAlertRow {
  /** Of the row that was told last. */
  id: string;
  feature: string;
  state: AlertState;
  /** Of the state. */
  since: LocalDate;
  openedOn: LocalDate;
  rule: SpendRule | null;
  toldUsd: string;
  /** Also of one that something else has made worse since. */
  snoozedUntil: LocalDate | null;
  /** What it had been told of when it was snoozed. */
  snoozedRule: SpendRule | null;
  /** Of the prompt or the user. */
  snoozedName: string | null;
  note: string | null;
}

/** Something that happened to an alert. */
export interface AlertRow {
  id: string;
  date: LocalDate;
  feature: string;
  transition: AlertState;
  rule: SpendRule | null;
  previousUsd: string | null;
  currentUsd: string | null;
  changeRatio: string | null;
  weeklyExcessUsd: string | null;
  snoozedUntil: LocalDate | null;
  note: string | null;
  createdAt: Date;
  details: AlertDetails;
}

/** What the job wrote beside the columns; older rows have less. */
export interface AlertDetails {
  compared?: { span: 'week' | 'day' | 'hours'; weeks_back: number };
  prompt?: { prompt_name: string | null };
  user?: { user_id: string };
  why?: { delta_usd: string };
  /** That it was held against. */
  thresholds?: ThresholdColumns;
}

const ROW = `id, local_date::text as date, feature, transition, rule, previous_usd as "previousUsd", current_usd as "currentUsd",
  change_ratio as "changeRatio", weekly_excess_usd as "weeklyExcessUsd", snoozed_until::text as "snoozedUntil",
  details ->> 'note' as note, created_at as "createdAt", details`;

/** Largest first. @param feature absent: of all */
export async function readOpenAlertRows(
  client: ClientBase,
  feature?: string,
): Promise<OpenAlertRow[]> {
  const { rows } = await client.query<OpenAlertRow>(
    `select told.id, states.feature, states.transition as state, states.local_date::text as since,
       states.opened_on::text as "openedOn", told.rule, coalesce(states.told_usd, 0) as "toldUsd",
       states.snoozed_until::text as "snoozedUntil", states.snoozed_rule as "snoozedRule", states.snoozed_name as "snoozedName", noted.note
     from reporting.alert_states as states
     cross join lateral (
       select id, rule from tricost.alerts
       where md5(feature) = md5(states.feature) and feature = states.feature and transition in ('opened', 'escalated')
       order by id desc limit 1
     ) as told
     left join lateral (
       select details ->> 'note' as note from tricost.alerts
       where md5(feature) = md5(states.feature) and feature = states.feature and local_date >= states.opened_on
         and details ? 'note'
       order by id desc limit 1
     ) as noted on true
     where $1::text is null or states.feature = $1
     order by states.told_usd desc nulls last, states.feature`,
    [feature ?? null],
  );
  return rows;
}

/** Newest first. */
export async function readAlertRows(
  client: ClientBase,
  asked: { from: LocalDate; feature?: string | undefined; transition?: AlertState | undefined },
): Promise<AlertRow[]> {
  const { rows } = await client.query<AlertRow>(
    `select ${ROW} from tricost.alerts
     where local_date >= $1::date and ($2::text is null or feature = $2) and ($3::text is null or transition = $3)
     order by id desc`,
    [asked.from, asked.feature ?? null, asked.transition ?? null],
  );
  return rows;
}

/** The alert's feature, when it is the id of something that happened to one. */
export async function featureOfAlert(client: ClientBase, id: string): Promise<string | undefined> {
  const { rows } = await client.query<{ feature: string }>(
    'select feature from tricost.alerts where id = $1::numeric',
    [id],
  );
  return rows[0]?.feature;
}

/** The last thing that a feature's alert was told of, up to an id where one is given. */
export async function readToldAlert(
  client: ClientBase,
  feature: string,
  upToId?: string,
): Promise<AlertRow | undefined> {
  const { rows } = await client.query<AlertRow>(
    `select ${ROW} from tricost.alerts
     where md5(feature) = md5($1) and feature = $1 and transition in ('opened', 'escalated')
       and ($2::numeric is null or id <= $2)
     order by id desc limit 1`,
    [feature, upToId ?? null],
  );
  return rows[0];
}

/** What a person says of an alert. */
export interface Remark {
  feature: string;
  transition: 'acknowledged' | 'snoozed';
  date: LocalDate;
  /** Of `snoozed`: the first day that it may be heard of again. */
  snoozedUntil: LocalDate | null;
  note: string | undefined;
}

/**
 * Adds it to an open alert. The job's morning waits for it and it for the job's: on an alert that has just ended it would be open for ever.
 *
 * @returns the row's id; undefined: the feature has no open alert
 */
export function remarkOnAlert(
  client: ClientBase,
  { feature, transition, date, snoozedUntil, note }: Remark,
): Promise<string | undefined> {
  return inTransaction(client, async () => {
    await client.query('lock table tricost.alerts in share row exclusive mode');
    const { rows } = await client.query<{ id: string }>(
      `insert into tricost.alerts (local_date, feature, transition, snoozed_until, details)
       select $2::date, feature, $3, $4::date, $5::jsonb from reporting.alert_states where feature = $1
       returning id`,
      [feature, date, transition, snoozedUntil, JSON.stringify(note === undefined ? {} : { note })],
    );
    return rows[0]?.id;
  });
}
