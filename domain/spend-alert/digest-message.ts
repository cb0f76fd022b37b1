/** One message for all the features of a day beyond those that got a message of their own. */
import { codeSpan } from '../slack/escape.ts';
import {
  BLOCKS_LENGTH_LIMIT,
  SECTION_TEXT_LIMIT,
  type Section,
  type SlackMessage,
  section,
} from '../slack/message.ts';
import { formatCount, formatUsd } from '../slack/numbers.ts';
import { headline } from './headline.ts';
import { increase, type SpendAlert } from './judge.ts';
import { closing, type SpendReport } from './report.ts';

/** What the last line needs as JSON, with its separators. */
const ROOM_FOR_MORE = 100;
const NAMES_IN_TEXT = 3;

/** @param alerts largest increase first; at least one */
export function digestMessage(alerts: readonly SpendAlert[], report: SpendReport): SlackMessage {
  const sum = formatUsd(alerts.reduce((total, alert) => total + increase(alert), 0n));
  const features = alerts.length === 1 ? 'feature' : 'features';
  const title = `:fire: ${formatCount(alerts.length)} more ${features} up or new WoW, together +${sum}`;
  const names = alerts.slice(0, NAMES_IN_TEXT).map(({ spend }) => codeSpan(spend.feature));
  const text = `${title}: ${names.join(', ')}${alerts.length > NAMES_IN_TEXT ? ', …' : ''}`;
  const end = closing(report);
  const room = BLOCKS_LENGTH_LIMIT - JSON.stringify([section(title), ...end]).length;
  return { text, blocks: [section(title), ...list(alerts.map(headline), room), ...end] };
}

/** As many lines as fit into `room` characters of JSON, in as few sections as Slack allows. */
function list(lines: readonly string[], room: number): Section[] {
  const sections: Section[] = [];
  let used = ROOM_FOR_MORE;
  let text = '';
  for (const [index, line] of lines.entries()) {
    const joined = text === '' ? line : `${text}\n${line}`;
    const overflows = joined.length > SECTION_TEXT_LIMIT;
    const next = overflows ? line : joined;
    if (overflows) {
      used += length(text);
      sections.push(section(text));
    }
    if (used + length(next) > room) {
      if (!overflows) sections.push(section(text));
      sections.push(section(`… and ${formatCount(lines.length - index)} more`));
      return sections;
    }
    text = next;
  }
  return [...sections, section(text)];
}

/** Characters that a section takes among other blocks. */
function length(text: string): number {
  return JSON.stringify(section(text)).length + 1;
}
