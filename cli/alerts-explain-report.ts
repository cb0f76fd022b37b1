/** What `tricost alerts explain` says, for people and for programs. */
import { thresholdColumns } from '../adapters/postgres/alert-settings.ts';
import { whyDetails } from '../adapters/postgres/spend-alert.ts';
import { formatPicoUsd, type PicoUsd, parsePicoUsd } from '../domain/money.ts';
import { addDays, localDateOf, localTimeOf } from '../domain/reporting-days.ts';
import { formatUsd } from '../domain/slack/numbers.ts';
import type { Slice } from '../domain/spend-alert/growth/slice.ts';
import type { Finding } from '../domain/spend-alert/rules/finding.ts';
import type { RuleSettings } from '../domain/spend-alert/rules/settings.ts';
import { thresholdTexts } from '../domain/spend-alert/rules/thresholds.ts';
import { worseFrom } from '../domain/spend-alert/state.ts';
import { signed, whyLines } from '../domain/spend-alert/why.ts';
import type { Span, SpendWindows } from '../domain/spend-alert/windows.ts';
import type { AlertExplanation } from './alerts-explain.ts';
import { happenedAsJson } from './alerts-list.ts';
import { columns } from './columns.ts';
import { printable } from './printable.ts';
import { slackText } from './slack-text.ts';
import { snoozeText } from './snooze-text.ts';

/** What a user, or a model, spent in both spans. */
interface Behind {
  name: string;
  previousUsd: PicoUsd;
  currentUsd: PicoUsd;
}

const MODELS = 5;
const CENT: PicoUsd = 10n ** 10n;

export function printExplanation(explanation: AlertExplanation): void {
  const { feature, windows, spans, why, boardUrl } = explanation;
  console.log(`${printable(feature)}: ${stateText(explanation)}`);
  const previous = spanText(spans.previous, windows);
  console.log(`${spanText(spans.current, windows)} against ${previous}, ${windows.zone}`);
  console.log(`\n${signed(why.deltaUsd)} of calls with a known cost`);
  for (const line of whyLines(why, windows, spans.current.end)) console.log(`  ${slackText(line)}`);
  for (const note of dataNotes(explanation)) console.log(note);
  printBehind('users', usersOf(explanation));
  printBehind('models', modelsOf(explanation.slices));
  console.log(`\njudged by ${thresholdsText(explanation.settings, explanation)}`);
  if (!isSame(explanation.settings, explanation.settingsNow)) {
    console.log(`now ${thresholdsText(explanation.settingsNow, explanation)}`);
  }
  for (const line of whatWouldChange(explanation)) console.log(line);
  if (boardUrl !== undefined) console.log(`\n${boardUrl}`);
}

function stateText({ open, told }: AlertExplanation): string {
  if (told === undefined) return 'no alert, so far';
  const { transition, date, rule, weeklyExcessUsd } = told;
  const more = weeklyExcessUsd === null ? '' : `, ${signed(parsePicoUsd(weeklyExcessUsd))} a week`;
  const was = `${transition} on ${date} by the rule ${rule}${more}`;
  if (open === undefined) return `${was}; it is over`;
  const snooze = snoozeText(open);
  if (open.state === 'opened') return was;
  if (open.state === 'escalated') return snooze === undefined ? was : `${was}; ${snooze}`;
  const until = snooze === undefined ? '' : ` ${snooze}`;
  return `${was}; ${open.state}${until}${open.note === null ? '' : ` (${printable(open.note)})`}`;
}

/** The last day of the span, and not the one after it. */
function spanText({ start, end }: Span, { zone }: SpendWindows): string {
  const first = localDateOf(start, zone);
  if (localTimeOf(end, zone) !== '00:00') return `${first} until ${localTimeOf(end, zone)}`;
  const last = addDays(localDateOf(end, zone), -1);
  return first === last ? first : `${first} to ${last}`;
}

function dataNotes({ told, why, slices }: AlertExplanation): string[] {
  const notes: string[] = [];
  const unknown = slices.reduce(
    (calls, { current }) => calls + current.calls - current.pricedCalls,
    0,
  );
  if (unknown === 1) notes.push('  1 call has no known cost and is in none of these');
  if (unknown > 1) notes.push(`  ${unknown} calls have no known cost and are in none of these`);
  const before = told?.details.why?.delta_usd;
  const moved = before === undefined ? 0n : why.deltaUsd - parsePicoUsd(before);
  if (before !== undefined && (moved >= CENT || moved <= -CENT)) {
    notes.push(
      `  told then: ${signed(parsePicoUsd(before))}; calls came later, were priced again, or are no longer kept`,
    );
  }
  return notes;
}

function printBehind(title: string, rows: readonly Behind[]): void {
  if (rows.length === 0) return;
  console.log(`\n${title}`);
  const lines = rows.map(({ name, previousUsd, currentUsd }) => [
    ...[`  ${printable(name)}`, formatUsd(previousUsd), '→', formatUsd(currentUsd)],
    signed(currentUsd - previousUsd),
  ]);
  for (const line of columns(lines, [1, 3, 4])) console.log(line);
}

function usersOf({ users }: AlertExplanation): Behind[] {
  return users.map(({ userId, previousUsd, currentUsd }) => ({
    ...{ name: userId, previousUsd: previousUsd ?? 0n, currentUsd: currentUsd ?? 0n },
  }));
}

function modelsOf(slices: readonly Slice[]): Behind[] {
  const sum = (of: readonly Slice[], window: 'previous' | 'current') =>
    of.reduce((usd, slice) => usd + (slice[window].costUsd ?? 0n), 0n);
  return [...Map.groupBy(slices, ({ model }) => model)]
    .map(([name, of]) => ({
      ...{ name, previousUsd: sum(of, 'previous'), currentUsd: sum(of, 'current') },
    }))
    .sort((a, b) => (grew(a) < grew(b) ? 1 : -1))
    .slice(0, MODELS);
}

function grew({ previousUsd, currentUsd }: Behind): PicoUsd {
  return currentUsd - previousUsd;
}

/** What is the feature's own is marked as far as it is known: of now. */
function thresholdsText(
  settings: RuleSettings,
  { settingsNow, own }: Pick<AlertExplanation, 'settingsNow' | 'own'>,
): string {
  const { growth, spike, minimum } = thresholdTexts(settings);
  const named = isSame(settings, settingsNow) ? thresholdTexts(own) : thresholdTexts({});
  const mark = (value: string | null) => (value === null ? '' : ' (its own)');
  return `growth ${growth}${mark(named.growth)}, spike ${spike}${mark(named.spike)}, minimum $${minimum}${mark(named.minimum)}`;
}

function isSame(a: RuleSettings, b: RuleSettings): boolean {
  return JSON.stringify(thresholdTexts(a)) === JSON.stringify(thresholdTexts(b));
}

function whatWouldChange({ open, told, found, quiet, today }: AlertExplanation): string[] {
  const lines: string[] = [];
  const morning = told === undefined ? 'today' : 'on that morning';
  if (found.length === 0) lines.push(`${morning}, no rule holds`);
  else lines.push(`${morning}: ${found.map(foundText).join('; ')}`);
  for (const { threshold, settings, rules } of quiet) {
    lines.push(
      `quiet with ${threshold}=${thresholdTexts(settings)[threshold]}: ${rules.join(', ')}`,
    );
  }
  if (open === undefined) return lines;
  lines.push(`told of again from ${signed(worseFrom(parsePicoUsd(open.toldUsd)))} a week on`);
  const now = today.found.map(({ rule }) => rule).join(', ');
  const stays =
    now === ''
      ? 'today no rule holds'
      : `today ${now} ${today.found.length === 1 ? 'holds' : 'hold'}`;
  lines.push(
    today.isClear
      ? 'over with the next morning: no rule holds with half these thresholds, yesterday and today'
      : `over when no rule holds with half these thresholds, two mornings on end; ${stays}`,
  );
  return lines;
}

function foundText({ rule, name, previousUsd, currentUsd, compared }: Finding): string {
  const of = name === null ? '' : ` ${printable(name)}`;
  const before = previousUsd === null ? 'an unknown amount' : formatUsd(previousUsd);
  const span = { week: 'seven days', day: 'yesterday', hours: "today's hours" }[compared.span];
  return `${rule}${of}, ${span} ${formatUsd(currentUsd)} against ${before}`;
}

export function explanationAsJson(explanation: AlertExplanation): object {
  const { feature, open, told, windows, spans, compared, why, today, boardUrl } = explanation;
  return {
    feature,
    state: open?.state ?? (told === undefined ? null : 'resolved'),
    snoozed_until: open?.snoozedUntil ?? null,
    note: open?.note ?? null,
    told: told === undefined ? null : happenedAsJson(told),
    date: windows.date,
    zone: windows.zone,
    compared: {
      span: compared.span,
      weeks_back: compared.weeksBack,
      previous: spanAsJson(spans.previous),
      current: spanAsJson(spans.current),
    },
    why: whyDetails(why),
    users: usersOf(explanation).map(({ name, ...usd }) => ({ user_id: name, ...usdAsJson(usd) })),
    models: modelsOf(explanation.slices).map(({ name, ...usd }) => ({
      ...{ model: name, ...usdAsJson(usd) },
    })),
    thresholds: thresholdColumns(explanation.settings),
    thresholds_now: thresholdColumns(explanation.settingsNow),
    own_thresholds: thresholdColumns(explanation.own),
    found: explanation.found.map(findingAsJson),
    quiet_with: explanation.quiet.map(({ threshold, settings, rules }) => ({
      ...{ threshold, value: thresholdTexts(settings)[threshold], rules },
    })),
    worse_from_usd:
      open === undefined ? null : formatPicoUsd(worseFrom(parsePicoUsd(open.toldUsd))),
    today: { found: today.found.map(findingAsJson), clear: today.isClear },
    board_url: boardUrl ?? null,
  };
}

function spanAsJson({ start, end }: Span): object {
  return { start: start.toISOString(), end: end.toISOString() };
}

function usdAsJson({ previousUsd, currentUsd }: Omit<Behind, 'name'>): object {
  return {
    previous_usd: formatPicoUsd(previousUsd),
    current_usd: formatPicoUsd(currentUsd),
    delta_usd: formatPicoUsd(currentUsd - previousUsd),
  };
}

function findingAsJson({ rule, name, compared, ...usd }: Finding): object {
  return {
    rule,
    name,
    compared: { span: compared.span, weeks_back: compared.weeksBack },
    previous_usd: usd.previousUsd === null ? null : formatPicoUsd(usd.previousUsd),
    current_usd: formatPicoUsd(usd.currentUsd),
    weekly_excess_usd: formatPicoUsd(usd.weeklyExcessUsd),
  };
}
