/** One message for all the features of a day beyond those that got a message of their own. */
import { codeSpan } from '../slack/escape.ts';
import { type SlackMessage, section } from '../slack/message.ts';
import { formatCount, formatUsd } from '../slack/numbers.ts';
import { headline } from './headline.ts';
import type { SpendAlert } from './judge.ts';
import { list } from './list.ts';
import { closing, type SpendReport } from './report.ts';

const NAMES_IN_TEXT = 3;

/** @param alerts largest increase first; at least one */
export function digestMessage(alerts: readonly SpendAlert[], report: SpendReport): SlackMessage {
  const sum = formatUsd(alerts.reduce((total, { weeklyExcessUsd }) => total + weeklyExcessUsd, 0n));
  const features = alerts.length === 1 ? 'feature' : 'features';
  const title = `:fire: ${formatCount(alerts.length)} more ${features} up or new, together +${sum} a week`;
  const names = alerts.slice(0, NAMES_IN_TEXT).map(({ spend }) => codeSpan(spend.feature));
  const text = `${title}: ${names.join(', ')}${alerts.length > NAMES_IN_TEXT ? ', …' : ''}`;
  const end = closing(report);
  const lines = alerts.map((alert) => headline(alert, report));
  return { text, blocks: [section(title), ...list(lines, [section(title), ...end]), ...end] };
}
