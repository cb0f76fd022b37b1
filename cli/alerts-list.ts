/** `tricost alerts list`: the alerts that are open, or everything that happened to alerts. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Client } from 'pg';
import {
  type AlertRow,
  type OpenAlertRow,
  readAlertRows,
  readOpenAlertRows,
} from '../adapters/postgres/alert-history.ts';
import {
  type CoverageRow,
  type OpenCoverageRow,
  readCoverageRows,
  readOpenCoverageRows,
} from '../adapters/postgres/coverage-history.ts';
import { readReportingZone } from '../adapters/postgres/roll-up-spend.ts';
import { parsePicoUsd } from '../domain/money.ts';
import { addDays, localDateOf } from '../domain/reporting-days.ts';
import { formatPercent, formatUsd } from '../domain/slack/numbers.ts';
import type { AlertState } from '../domain/spend-alert/state.ts';
import { columns } from './columns.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { printable } from './printable.ts';
import { snoozeText } from './snooze-text.ts';
import { tagsId, tagsOf } from './tags-alert.ts';
import { warnUnknownFeature } from './warn-unknown.ts';

interface ListOptions extends OwnerDatabaseOptions {
  all?: boolean;
  state: 'open' | AlertState;
  feature?: string;
  days: number;
  json?: boolean;
}

const STATES = ['open', 'opened', 'escalated', 'acknowledged', 'snoozed', 'resolved'];
const DEFAULT_DAYS = 30;
/** Of the table with what was told, and of the history, the column of money. */
const MONEY = 5;

export function defineList(alerts: Command): void {
  ownerOptions(
    alerts
      .command('list')
      .description('list the alerts that are open, or everything that happened to alerts')
      .option('--all', 'everything that happened, newest first')
      .addOption(
        new Option('--state <state>', 'those that are open, or what happened')
          .choices(STATES)
          .default('open'),
      )
      .option('--feature <name>', 'of this feature alone')
      .option('--days <count>', 'how far back what happened goes', parseDays, DEFAULT_DAYS)
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ npx tricost alerts list
  $ npx tricost alerts list --all --feature support.reply --days 90
  $ npx tricost alerts list --state resolved --aws
  $ npx tricost alerts list --json | jq '.open[].feature'`,
    )
    .action((options: ListOptions) =>
      withOwner(options, 'tricost alerts', async (client) => {
        await list(client, options);
        if (options.feature !== undefined) await warnUnknownFeature(client, options.feature);
      }),
    );
}

async function list(client: Client, options: ListOptions): Promise<void> {
  const { all, state, feature, days } = options;
  if (all !== true && state === 'open') {
    const rows = await readOpenAlertRows(client, feature);
    const tags = feature === undefined ? await readOpenCoverageRows(client) : [];
    if (options.json === true) {
      console.log(JSON.stringify({ open: rows.map(openAsJson), tags: tags.map(openTagsAsJson) }));
    } else printOpen(rows, tags, feature);
    return;
  }
  const today = localDateOf(new Date(), await readReportingZone(client));
  const transition = state === 'open' ? undefined : state;
  const from = addDays(today, -days);
  const rows = await readAlertRows(client, { from, feature, transition });
  const tags = feature === undefined ? await readCoverageRows(client, { from, transition }) : [];
  if (options.json === true) {
    console.log(
      JSON.stringify({ history: rows.map(happenedAsJson), tags: tags.map(happenedToTagsAsJson) }),
    );
  } else printHistory(rows, tags, feature);
}

function printOpen(
  rows: readonly OpenAlertRow[],
  tags: readonly OpenCoverageRow[],
  feature: string | undefined,
): void {
  if (rows.length + tags.length === 0) {
    console.log(`no alert${ofFeature(feature)} is open`);
    return;
  }
  const lines = rows.map((row) => [
    ...[row.id, printable(row.feature), row.state, row.openedOn, row.rule ?? ''],
    ...[`+${formatUsd(parsePicoUsd(row.toldUsd))} a week`, joined(snoozeText(row), row.note)],
  ]);
  const ofTags = tags.map((row) => [
    ...[tagsId(row.id), tagsOf(row.environment), row.state, row.openedOn, 'tags'],
    ...[`${percent(row.share)}, usually ${percent(row.usualShare)}`, remarks(row)],
  ]);
  const head = ['id', 'feature', 'state', 'opened', 'rule', 'told', ''];
  for (const line of columns([head, ...lines, ...ofTags], [MONEY])) console.log(line);
}

function printHistory(
  rows: readonly AlertRow[],
  tags: readonly CoverageRow[],
  feature: string | undefined,
): void {
  if (rows.length + tags.length === 0) {
    console.log(`nothing happened to alerts${ofFeature(feature)}`);
    return;
  }
  const lines = rows.map((row) => ({
    at: row.createdAt,
    cells: [
      ...[row.id, row.date, printable(row.feature), row.transition, row.rule ?? ''],
      ...[row.weeklyExcessUsd === null ? '' : money(row.weeklyExcessUsd), remarks(row)],
    ],
  }));
  const ofTags = tags.map((row) => ({
    at: row.createdAt,
    cells: [
      ...[tagsId(row.id), row.date, tagsOf(row.environment), row.transition, 'tags'],
      ...[row.share === null ? '' : percent(row.share), remarks(row)],
    ],
  }));
  const newestFirst = [...lines, ...ofTags].sort((a, b) => b.at.getTime() - a.at.getTime());
  const head = ['id', 'date', 'feature', 'what', 'rule', 'more a week', ''];
  const table = [head, ...newestFirst.map(({ cells }) => cells)];
  for (const line of columns(table, [MONEY])) console.log(line);
}

function ofFeature(feature: string | undefined): string {
  return feature === undefined ? '' : ` of ${printable(feature)}`;
}

/** Of calls that name feature, user and prompt. */
function percent(share: string): string {
  return formatPercent(Number(share));
}

function money(usd: string): string {
  return `+${formatUsd(parsePicoUsd(usd))}`;
}

function remarks({ snoozedUntil, note }: Pick<AlertRow, 'snoozedUntil' | 'note'>): string {
  return joined(snoozedUntil === null ? undefined : `until ${snoozedUntil}`, note);
}

function joined(snooze: string | undefined, note: string | null): string {
  const texts = [snooze, note === null ? undefined : printable(note)];
  return texts.filter((text) => text !== undefined).join('; ');
}

function openAsJson(row: OpenAlertRow): object {
  return {
    id: Number(row.id),
    feature: row.feature,
    state: row.state,
    since: row.since,
    opened_on: row.openedOn,
    rule: row.rule,
    told_usd: row.toldUsd,
    snoozed_until: row.snoozedUntil,
    snoozed_rule: row.snoozedRule,
    snoozed_name: row.snoozedName,
    note: row.note,
  };
}

function openTagsAsJson(row: OpenCoverageRow): object {
  return {
    id: tagsId(row.id),
    environment: row.environment,
    state: row.state,
    since: row.since,
    opened_on: row.openedOn,
    tag: row.tag,
    share: Number(row.share),
    usual_share: Number(row.usualShare),
    snoozed_until: row.snoozedUntil,
    note: row.note,
  };
}

/** As in the view reporting.tag_coverage_alerts. */
function happenedToTagsAsJson(row: CoverageRow): object {
  return {
    id: tagsId(row.id),
    local_date: row.date,
    environment: row.environment,
    transition: row.transition,
    tag: row.tag,
    share: row.share === null ? null : Number(row.share),
    usual_share: row.usualShare === null ? null : Number(row.usualShare),
    snoozed_until: row.snoozedUntil,
    note: row.note,
    created_at: row.createdAt.toISOString(),
  };
}

/** As in the view reporting.alerts. */
export function happenedAsJson(row: AlertRow): object {
  return {
    id: Number(row.id),
    local_date: row.date,
    feature: row.feature,
    transition: row.transition,
    rule: row.rule,
    previous_usd: row.previousUsd,
    current_usd: row.currentUsd,
    change_ratio: row.changeRatio,
    weekly_excess_usd: row.weeklyExcessUsd,
    snoozed_until: row.snoozedUntil,
    note: row.note,
    created_at: row.createdAt.toISOString(),
  };
}

function parseDays(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 10_000) return days;
  throw new InvalidArgumentError('a whole number of days, 1 or more');
}
