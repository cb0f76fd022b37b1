/** What alerts would have been told of on days gone by: each day's state goes on to the next one, as the job's does by its rows. */
import type { PicoUsd } from '../money.ts';
import type { LocalDate } from '../reporting-days.ts';
import { composeByTeam, type Routing } from '../teams/compose-by-team.ts';
import { endedMessage } from './ended-message.ts';
import { headline } from './headline.ts';
import type { EndedAlert, OpenAlert, SpendAlert } from './judge.ts';
import type { SpendReport } from './report.ts';
import type { SpendRule } from './rules/finding.ts';

export interface ReplayedAlert extends OpenAlert {
  /** That it opened by. */
  rule: SpendRule;
  /** Names the message that it opened with, when that was about it alone; undefined: it was not. */
  openedWith: string | undefined;
}

export interface Told {
  date: LocalDate;
  feature: string;
  transition: 'opened' | 'escalated' | 'resolved';
  /** That it is headed by; of an end, that the alert opened by. */
  rule: SpendRule;
  /** null: of an end. */
  weeklyExcessUsd: PicoUsd | null;
  /** As Slack would have shown it. */
  firstLine: string;
  /** Names the message: a digest and the ends of a day tell of several alerts. */
  message: string;
}

export interface ReplayedDay {
  told: Told[];
  open: Map<string, ReplayedAlert>;
}

/**
 * @param open what the day before left
 * @param teams that there are now, and what they own
 */
export function replayDay(
  open: ReadonlyMap<string, ReplayedAlert>,
  { alerts, ended }: { alerts: readonly SpendAlert[]; ended: readonly EndedAlert[] },
  report: SpendReport,
  teams: Omit<Routing, 'openings'>,
): ReplayedDay {
  const openings = new Map(
    [...open].flatMap(([feature, { openedWith }]) =>
      openedWith === undefined ? [] : [[feature, openedWith] as const],
    ),
  );
  const told = composeByTeam(alerts, ended, report, { ...teams, openings }).flatMap(
    (notification) =>
      notification.alerts.map((alert) => tell(alert, notification.dedupeKey, open, report)),
  );
  return { told, open: after(open, told, alerts, ended) };
}

function tell(
  alert: SpendAlert | EndedAlert,
  message: string,
  open: ReadonlyMap<string, ReplayedAlert>,
  report: SpendReport,
): Told {
  const { transition } = alert;
  const { feature } = alert.spend;
  const of = { date: report.windows.date, feature, transition, message };
  if (alert.transition === 'resolved') {
    const rule = open.get(feature)?.rule ?? 'growth';
    return { ...of, rule, weeklyExcessUsd: null, firstLine: endedMessage([alert], report).text };
  }
  const { finding, weeklyExcessUsd } = alert;
  return { ...of, rule: finding.rule, weeklyExcessUsd, firstLine: headline(alert, report) };
}

function after(
  before: ReadonlyMap<string, ReplayedAlert>,
  told: readonly Told[],
  alerts: readonly SpendAlert[],
  ended: readonly EndedAlert[],
): Map<string, ReplayedAlert> {
  const open = new Map(before);
  for (const { transition, weeklyExcessUsd, spend } of alerts) {
    const known = open.get(spend.feature) ?? opening(spend.feature, told);
    const status = {
      ...{ state: transition, toldUsd: weeklyExcessUsd },
      ...{ snoozedUntil: undefined, snoozed: undefined },
    };
    if (known !== undefined) open.set(spend.feature, { ...known, ...status });
  }
  for (const { spend } of ended) open.delete(spend.feature);
  return open;
}

function opening(
  feature: string,
  told: readonly Told[],
): Pick<ReplayedAlert, 'openedOn' | 'rule' | 'openedWith'> | undefined {
  const own = told.find((one) => one.feature === feature);
  if (own === undefined) return undefined;
  const isAlone = told.filter(({ message }) => message === own.message).length === 1;
  return {
    openedOn: own.date,
    rule: own.rule,
    openedWith: isAlone ? own.message : undefined,
  };
}

export interface RuleTotals {
  rule: SpendRule;
  opened: number;
  escalated: number;
  resolved: number;
  /** One that tells of alerts of several rules counts for each. */
  messages: number;
}

const RULES: readonly SpendRule[] = ['new', 'growth', 'spike', 'prompt', 'user'];

export function totalsByRule(told: readonly Told[]): RuleTotals[] {
  return RULES.map((rule) => {
    const own = told.filter((one) => one.rule === rule);
    const count = (transition: Told['transition']) =>
      own.filter((one) => one.transition === transition).length;
    return {
      rule,
      opened: count('opened'),
      escalated: count('escalated'),
      resolved: count('resolved'),
      messages: countMessages(own),
    };
  });
}

export function countMessages(told: readonly Told[]): number {
  return new Set(told.map(({ message }) => message)).size;
}
