/** What `tricost alerts backtest` says, for people and for programs. */

import { thresholdColumns } from '../adapters/postgres/alert-settings.ts';
import { formatPicoUsd } from '../domain/money.ts';
import { plural } from '../domain/plural.ts';
import type { LocalDate } from '../domain/reporting-days.ts';
import { countMessages, type Told, totalsByRule } from '../domain/spend-alert/replay.ts';
import type { RuleSettings } from '../domain/spend-alert/rules/settings.ts';
import { columns } from './columns.ts';
import { slackText } from './slack-text.ts';

export interface Backtest {
  /** IANA name. */
  zone: string;
  settings: RuleSettings;
  own: ReadonlyMap<string, Partial<RuleSettings>>;
  /** Mornings, in order. */
  judged: readonly LocalDate[];
  /** Before it, nothing is judged; undefined: no morning was so early. */
  learningUntil: LocalDate | undefined;
  told: readonly Told[];
  /** Alerts that have not ended by the last morning. */
  open: number;
  /** By Ctrl-C, before the last morning. */
  wasStopped: boolean;
}

const WEEK_DAYS = 7;
const DECIMALS = 2;
const NUMBER_COLUMNS = [1, 2, 3, 4, 5];

export function printBacktest(backtest: Backtest): void {
  const { judged, told, learningUntil, open, zone } = backtest;
  const lines = told.map(({ date, rule, transition, firstLine }) => [
    ...[date, rule, transition, slackText(firstLine)],
  ]);
  for (const line of columns(lines)) console.log(line);
  if (lines.length > 0) console.log('');
  const rows = totalsByRule(told).map(({ rule, opened, escalated, resolved, messages }) => [
    ...[rule, opened, escalated, resolved, messages].map(String),
    aWeek(messages, judged).toFixed(DECIMALS),
  ]);
  const head = ['rule', 'opened', 'escalated', 'resolved', 'messages', 'a week'];
  for (const line of columns([head, ...rows], NUMBER_COLUMNS)) console.log(line);
  console.log(`\n${days(judged)} judged, ${zone}${learning(learningUntil)}`);
  const messages = countMessages(told);
  const rate = aWeek(messages, judged).toFixed(DECIMALS);
  console.log(
    `${plural(messages, 'message')}, ${rate} a week; ${plural(open, 'alert')} open at the end`,
  );
  if (backtest.wasStopped) console.log('stopped before the last morning');
}

export function backtestAsJson(backtest: Backtest): object {
  const { zone, settings, own, judged, learningUntil, told, open, wasStopped } = backtest;
  const messages = countMessages(told);
  return {
    zone,
    first_date: judged[0] ?? null,
    last_date: judged.at(-1) ?? null,
    days: judged.length,
    learning_until: learningUntil ?? null,
    stopped: wasStopped,
    thresholds: thresholdColumns(settings),
    own_thresholds: [...own].map(([feature, of]) => ({ feature, ...thresholdColumns(of) })),
    told: told.map((one) => ({
      date: one.date,
      feature: one.feature,
      rule: one.rule,
      transition: one.transition,
      weekly_excess_usd: one.weeklyExcessUsd === null ? null : formatPicoUsd(one.weeklyExcessUsd),
      text: one.firstLine,
      message: one.message,
    })),
    rules: totalsByRule(told).map((totals) => ({
      ...totals,
      messages_a_week: aWeek(totals.messages, judged),
    })),
    messages,
    messages_a_week: aWeek(messages, judged),
    open_at_end: open,
  };
}

function aWeek(messages: number, judged: readonly LocalDate[]): number {
  if (judged.length === 0) return 0;
  return Number(((messages * WEEK_DAYS) / judged.length).toFixed(DECIMALS));
}

function days(judged: readonly LocalDate[]): string {
  const [first] = judged;
  if (first === undefined) return 'no mornings';
  return judged.length === 1 ? `1 morning, ${first},` : range(judged, first);
}

function range(judged: readonly LocalDate[], first: LocalDate): string {
  return `${judged.length} mornings, ${first} to ${judged.at(-1)},`;
}

function learning(until: LocalDate | undefined): string {
  return until === undefined ? '' : `; learning until ${until}: calls are not older`;
}
