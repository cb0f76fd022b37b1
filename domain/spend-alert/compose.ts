/** The messages of one day: one for each alert that opens or gets worse, from the eleventh on a digest, and one for all that end. */
import { fitName } from '../ingest-calls/text.ts';
import type { LocalDate } from '../reporting-days.ts';
import { context, type SlackMessage, section } from '../slack/message.ts';
import { coverageMessage } from './coverage-message.ts';
import { digestMessage } from './digest-message.ts';
import { endedMessage } from './ended-message.ts';
import { type Heartbeat, heartbeatMessage } from './heartbeat.ts';
import type { EndedAlert, SpendAlert } from './judge.ts';
import { alertMessage } from './message.ts';
import { dayName, type SpendReport } from './report.ts';
import type { CoverageAlert } from './tag-coverage.ts';
import { WINDOW_DAYS } from './windows.ts';

export interface AlertNotification {
  /** Names what the message is about: it is written once, whoever runs again. */
  dedupeKey: string;
  message: SlackMessage;
  alerts: (SpendAlert | EndedAlert)[];
  coverageAlerts?: readonly CoverageAlert[];
}

/** Messages about single features a day, and those of which somebody looks into why: a channel that gets more is a channel nobody reads. */
export const MESSAGES_A_DAY = 10;

/** @param alerts largest increase first */
export function composeAlerts(
  alerts: readonly SpendAlert[],
  ended: readonly EndedAlert[],
  report: SpendReport,
): AlertNotification[] {
  const { date } = report.windows;
  const notifications: AlertNotification[] = alerts.slice(0, MESSAGES_A_DAY).map((alert) => ({
    dedupeKey: `spend-alert:${date}:feature:${fitName(alert.spend.feature).name}`,
    message: alertMessage(alert, report),
    alerts: [alert],
  }));
  const rest = alerts.slice(MESSAGES_A_DAY);
  if (rest.length > 0) {
    notifications.push({
      dedupeKey: `spend-alert:${date}:digest`,
      message: digestMessage(rest, report),
      alerts: rest,
    });
  }
  if (ended.length > 0) {
    notifications.push({
      dedupeKey: `spend-alert:${date}:ended`,
      message: endedMessage(ended, report),
      alerts: [...ended],
    });
  }
  return notifications;
}

/** @param coverageAlerts of all environments; one message, because whoever names environments may name many */
export function composeCoverage(
  coverageAlerts: readonly CoverageAlert[],
  report: SpendReport,
): AlertNotification[] {
  if (coverageAlerts.length === 0) return [];
  const message = coverageMessage(coverageAlerts, report);
  const dedupeKey = `spend-alert:${report.windows.date}:tags`;
  return [{ dedupeKey, message, alerts: [], coverageAlerts }];
}

export function composeHeartbeat(heartbeat: Heartbeat, report: SpendReport): AlertNotification {
  const dedupeKey = `spend-alert:${report.windows.date}:heartbeat`;
  return { dedupeKey, message: heartbeatMessage(heartbeat, report), alerts: [] };
}

/** Says once that tricost is there, and why it keeps quiet. */
export function composeLearning(until: LocalDate, zone: string): AlertNotification {
  const text = `:seedling: tricost is learning until ${until}: spend alerts compare two full weeks`;
  const note = `The first alerts can come on ${dayName(until)}, once ${2 * WINDOW_DAYS} days of calls are there · ${zone}`;
  return {
    dedupeKey: 'learning',
    message: { text, blocks: [section(text), context(note)] },
    alerts: [],
  };
}
