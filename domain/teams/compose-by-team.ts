/** Each team gets the messages about its own features, at its own hour, as if there were no others. */
import { fitName } from '../ingest-calls/text.ts';
import type { ReplyState } from '../notify/reply-state.ts';
import type { LocalDate } from '../reporting-days.ts';
import { type AlertNotification, composeAlerts, MESSAGES_A_DAY } from '../spend-alert/compose.ts';
import { endedMessage } from '../spend-alert/ended-message.ts';
import type { EndedAlert, SpendAlert } from '../spend-alert/judge.ts';
import type { SpendReport } from '../spend-alert/report.ts';
import { dueAt, type FeatureOwner, ownerOf, type Team } from './team.ts';

export interface Routing {
  teams: readonly Team[];
  owners: readonly FeatureOwner[];
  /** Id of the message that a feature's alert opened with, where that was about it alone. */
  openings: ReadonlyMap<string, string>;
}

export interface RoutedNotification extends AlertNotification {
  /** Undefined: what nobody owns. */
  team?: string;
  /** Absent: at once. */
  notBefore?: Date;
  reply?: { to: string; state: ReplyState };
}

/** Those that get a message of their own, and not a line in a digest. @param alerts largest increase first */
export function toldAlone(
  alerts: readonly SpendAlert[],
  owners: readonly FeatureOwner[],
): SpendAlert[] {
  const byTeam = Map.groupBy(alerts, ({ spend }) => ownerOf(spend.feature, owners));
  return [...byTeam.values()].flatMap((own) => own.slice(0, MESSAGES_A_DAY));
}

/** @param alerts and ended, in the order in which each team shall hear of its own */
export function composeByTeam(
  alerts: readonly SpendAlert[],
  ended: readonly EndedAlert[],
  report: SpendReport,
  routing: Routing,
): RoutedNotification[] {
  const { teams, owners } = routing;
  const isOf = (name: string | undefined) => (alert: SpendAlert | EndedAlert) =>
    ownerOf(alert.spend.feature, owners) === name;
  return [undefined, ...teams].flatMap((team) =>
    composeForTeam(
      alerts.filter(isOf(team?.name)),
      ended.filter(isOf(team?.name)),
      report,
      routing,
      team,
    ),
  );
}

/** What is about no feature goes to whoever owns `*`, and waits for that team's hour, too. */
export function atHourOfTheRest(
  notifications: readonly AlertNotification[],
  date: LocalDate,
  { teams, owners }: Pick<Routing, 'teams' | 'owners'>,
): RoutedNotification[] {
  const rest = owners.find(({ feature }) => feature === '*');
  const team = teams.find(({ name }) => name === rest?.team);
  return notifications.map((notification) => ({
    ...notification,
    ...(team && { notBefore: dueAt(date, team) }),
  }));
}

function composeForTeam(
  alerts: readonly SpendAlert[],
  ended: readonly EndedAlert[],
  report: SpendReport,
  { openings }: Routing,
  team: Team | undefined,
): RoutedNotification[] {
  const { date } = report.windows;
  // Where there are threads, each end belongs into its own; elsewhere one message tells of all.
  const hasThreads = team !== undefined && team.slackChannel !== null;
  const inThreads = ended.filter(({ spend }) => hasThreads && openings.has(spend.feature));
  const together = ended.filter((alert) => !inThreads.includes(alert));
  const notifications = [
    ...composeAlerts(alerts, together, report),
    ...inThreads.map((alert) => ({
      dedupeKey: `spend-alert:${date}:ended:${fitName(alert.spend.feature).name}`,
      message: endedMessage([alert], report),
      alerts: [alert],
    })),
  ];
  return notifications.map((notification) => ({
    ...notification,
    ...replyOf(notification, openings),
    ...(team && {
      team: team.name,
      notBefore: dueAt(date, team),
      // Two teams have a digest each.
      dedupeKey: `${notification.dedupeKey}:team:${team.name}`,
    }),
  }));
}

/** Only what is about one alert goes on from one message. */
function replyOf(
  { alerts: [alert, ...others] }: AlertNotification,
  openings: Routing['openings'],
): Pick<RoutedNotification, 'reply'> {
  if (alert === undefined || others.length > 0 || alert.transition === 'opened') return {};
  const to = openings.get(alert.spend.feature);
  const state = alert.transition === 'resolved' ? 'resolved' : 'worse';
  return to === undefined ? {} : { reply: { to, state } };
}
