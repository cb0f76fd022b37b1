/** The messages of one day: one a feature, and from the eleventh on a digest. */
import { fitName } from '../ingest-calls/text.ts';
import type { LocalDate } from '../reporting-days.ts';
import { context, type SlackMessage, section } from '../slack/message.ts';
import { digestMessage } from './digest-message.ts';
import type { SpendAlert } from './judge.ts';
import { alertMessage } from './message.ts';
import { dayName, type SpendReport } from './report.ts';
import { WINDOW_DAYS } from './windows.ts';

export interface AlertNotification {
  /** Names what the message is about: it is written once, whoever runs again. */
  dedupeKey: string;
  message: SlackMessage;
  alerts: SpendAlert[];
}

/** Messages about single features a day; a channel that gets more is a channel nobody reads. */
const MESSAGES_A_DAY = 10;

/** @param alerts largest increase first */
export function composeAlerts(
  alerts: readonly SpendAlert[],
  report: SpendReport,
): AlertNotification[] {
  const { date } = report.windows;
  const notifications = alerts.slice(0, MESSAGES_A_DAY).map((alert) => ({
    dedupeKey: `spend-alert:${date}:feature:${fitName(alert.spend.feature).name}`,
    message: alertMessage(alert, report),
    alerts: [alert],
  }));
  const rest = alerts.slice(MESSAGES_A_DAY);
  if (rest.length === 0) return notifications;
  const digest = {
    dedupeKey: `spend-alert:${date}:digest`,
    message: digestMessage(rest, report),
    alerts: rest,
  };
  return [...notifications, digest];
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
