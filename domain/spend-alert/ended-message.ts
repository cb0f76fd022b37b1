/** One short message for all the alerts that end on a day. */
import { codeSpan } from '../slack/escape.ts';
import { type SlackMessage, section } from '../slack/message.ts';
import { formatCount, formatUsd } from '../slack/numbers.ts';
import type { EndedAlert } from './judge.ts';
import { list } from './list.ts';
import { closing, dayName, type SpendReport } from './report.ts';

/** @param ended at least one */
export function endedMessage(ended: readonly EndedAlert[], report: SpendReport): SlackMessage {
  const [first] = ended;
  const lines = ended.map(line);
  const end = closing(report, ended.length === 1 ? first?.spend.feature : undefined);
  const title = `:white_check_mark: ${formatCount(ended.length)} alerts are over`;
  const text = ended.length === 1 ? `:white_check_mark: over: ${lines[0]}` : title;
  if (ended.length === 1) return { text, blocks: [section(text), ...end] };
  return { text, blocks: [section(text), ...list(lines, [section(text), ...end]), ...end] };
}

/** It may be over because spend fell, or because it stays where it is: what it is now says which. */
function line({ spend, openedOn }: EndedAlert): string {
  const now = formatUsd(spend.current.costUsd ?? 0n);
  return `${codeSpan(spend.feature)} no longer rises: ${now} in the last seven days (since ${dayName(openedOn)})`;
}
