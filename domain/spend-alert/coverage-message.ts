/** One message for all environments whose tags got lost on a day, or came back. */
import { codeSpan } from '../slack/escape.ts';
import { type SlackMessage, section } from '../slack/message.ts';
import { formatCount, formatPercent } from '../slack/numbers.ts';
import { list } from './list.ts';
import { closing, lastDayText, type SpendReport } from './report.ts';
import type { CoverageAlert } from './tag-coverage.ts';

/** @param alerts at least one */
export function coverageMessage(
  alerts: readonly CoverageAlert[],
  report: SpendReport,
): SlackMessage {
  const lines = alerts.map((alert) => line(alert, report));
  const end = closing(report);
  const [first = ''] = lines;
  if (lines.length === 1) return { text: first, blocks: [section(first), ...end] };
  const title = `:label: tags of calls in ${formatCount(alerts.length)} environments`;
  return {
    text: title,
    blocks: [section(title), ...list(lines, [section(title), ...end]), ...end],
  };
}

function line(
  { environment, transition, tag, calls, share, usualShare }: CoverageAlert,
  report: SpendReport,
): string {
  const where =
    environment === null ? 'calls without an environment' : `calls in ${codeSpan(environment)}`;
  const now = `${formatPercent(share)} of ${formatCount(calls)} calls ${lastDayText(report)} name feature, user and prompt`;
  if (transition === 'resolved')
    return `:white_check_mark: tags of ${where} no longer fall: ${now}`;
  const icon = transition === 'opened' ? ':label:' : ':rotating_light: worse:';
  return `${icon} ${where} stopped naming their ${tag}: ${now}, usually ${formatPercent(usualShare)}`;
}
