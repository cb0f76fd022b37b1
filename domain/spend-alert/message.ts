/** The Slack message about one feature: who, which prompt, how much, on a phone. */
import { codeSpan } from '../slack/escape.ts';
import { mrkdwn, type Section, type SlackMessage, section } from '../slack/message.ts';
import {
  changeInBrackets,
  formatCompact,
  formatCount,
  formatShare,
  formatUnitUsd,
  formatUsd,
} from '../slack/numbers.ts';
import { costPerCall, type FeatureSpend, projectedMonth, type TopPrompt } from './feature-spend.ts';
import { headline, whenText } from './headline.ts';
import type { SpendAlert } from './judge.ts';
import { closing, comparedUntil, monthName, type SpendReport } from './report.ts';
import type { Finding } from './rules/finding.ts';
import { signed, whyLines } from './why.ts';
import { WINDOW_DAYS } from './windows.ts';

/** Characters of a prompt's, model's or user's name: a hash is recognised by its beginning. */
const LONGEST_DETAIL = 40;
const TOP_USER = 'Top user';

export function alertMessage(alert: SpendAlert, report: SpendReport): SlackMessage {
  const text = headline(alert, report);
  const fields = facts(alert, report).map(([label, value]) => mrkdwn(fact(label, value)));
  return {
    text,
    blocks: [
      section(text),
      ...whySections(alert, report),
      { type: 'section', fields },
      ...closing(report, alert.spend.feature),
    ],
  };
}

/** All that it consists of; a single cause is in the headline. */
function whySections({ why, finding }: SpendAlert, report: SpendReport): Section[] {
  const end = comparedUntil(finding, report);
  const lines = why === undefined ? [] : whyLines(why, report.windows, end);
  return lines.length < 2 ? [] : [section(lines.join('\n'))];
}

/** How the message begins to name a user: forget-user finds them by it. */
export function namedUser(userId: string): string {
  return fact(TOP_USER, userName(userId));
}

/** As messages show it. */
export function userName(userId: string): string {
  return codeSpan(userId, LONGEST_DETAIL);
}

function fact(label: string, value: string): string {
  return `*${label}*\n${value}`;
}

/** At most ten: Slack's limit of a section's fields. */
function facts({ spend, finding }: SpendAlert, report: SpendReport): [string, string][] {
  const { windows, totalUsd } = report;
  const { topPrompt, topModel } = spend;
  const currentUsd = spend.current.costUsd ?? 0n;
  const topUser = finding.rule === 'user' ? runaway(finding) : spend.topUser;
  // Of the week, whatever the headline is about.
  const inWeek = finding.compared.span === 'week' ? '' : ' in seven days';
  const facts: [string, string][] = [
    ...(inWeek === '' ? [] : [comparedFact(finding, report)]),
    [`Calls${inWeek}`, callsText(spend)],
    [`Tokens${inWeek}`, tokensText(spend)],
    [`Cost per call${inWeek}`, costPerCallText(spend)],
  ];
  if (topPrompt !== undefined) {
    facts.push(['Top prompt', `${promptName(topPrompt)}${share(topPrompt.costUsd, currentUsd)}`]);
  }
  if (topModel !== undefined) {
    const name = codeSpan(topModel.name, LONGEST_DETAIL);
    facts.push(['Top model', `${name}${share(topModel.costUsd, currentUsd)}`]);
  }
  if (topUser !== undefined) {
    facts.push([TOP_USER, `${userName(topUser.id)}${share(topUser.costUsd, currentUsd)}`]);
  }
  facts.push(
    ['Share of all spend', `${formatShare(currentUsd, totalUsd)} of ${formatUsd(totalUsd)}`],
    [`Projected ${monthName(windows.date)}`, formatUsd(projectedMonth(spend, windows))],
  );
  const unpriced = unpricedText(spend);
  if (unpriced !== undefined) facts.push(['Unpriced calls', unpriced]);
  return facts;
}

/** What the rule held against each other, and what a week of it would come to. */
function comparedFact(finding: Finding, report: SpendReport): [string, string] {
  const { currentUsd, previousUsd, weeklyExcessUsd } = finding;
  const usualUsd = previousUsd ?? 0n;
  // Beside what is snoozed, the excess is of the rest alone.
  const isDay = finding.compared.span === 'day';
  const weekUsd = isDay ? BigInt(WINDOW_DAYS) * (currentUsd - usualUsd) : weeklyExcessUsd;
  const when = whenText(finding, report);
  return [
    `${when.slice(0, 1).toUpperCase()}${when.slice(1)}`,
    `${formatUsd(currentUsd)}, usually ${formatUsd(usualUsd)}: ${signed(weekUsd)} a week`,
  ];
}

/** Whom a rule found is named, and not who spent most in the week. */
function runaway({ name }: Finding): FeatureSpend['topUser'] {
  return { id: name ?? '(none)', costUsd: null };
}

function callsText({ previous, current }: FeatureSpend): string {
  const change = changeInBrackets(BigInt(previous.calls), BigInt(current.calls));
  return `${formatCount(current.calls)}${change}`;
}

function tokensText({ current }: FeatureSpend): string {
  const [input, output] = [current.inputTokens, current.outputTokens];
  if (input === null && output === null) return 'unknown';
  return `${tokens(input)} in · ${tokens(output)} out`;
}

function tokens(count: number | null): string {
  return count === null ? 'unknown' : formatCompact(count);
}

function costPerCallText({ previous, current }: FeatureSpend): string {
  const [before, now] = [costPerCall(previous), costPerCall(current)];
  return now === null ? 'unknown' : `${formatUnitUsd(now)}${changeInBrackets(before, now)}`;
}

function promptName({ id, name, version }: TopPrompt): string {
  const label = codeSpan(name ?? id, LONGEST_DETAIL);
  return version === null ? label : `${label} v${version}`;
}

function share(part: bigint | null, whole: bigint): string {
  return part === null ? '' : ` · ${formatShare(part, whole)}`;
}

function unpricedText({ previous, current }: FeatureSpend): string | undefined {
  if (current.unpricedCalls === 0 && previous.unpricedCalls === 0) return undefined;
  const [now, before] = [formatCount(current.unpricedCalls), formatCount(previous.unpricedCalls)];
  return `${now} this week, ${before} the week before: not in these sums`;
}
