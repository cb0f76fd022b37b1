/** Lines of a message, as many as Slack takes. */
import {
  BLOCKS_LENGTH_LIMIT,
  SECTION_TEXT_LIMIT,
  type Section,
  section,
} from '../slack/message.ts';
import { formatCount } from '../slack/numbers.ts';

/** What the last line needs as JSON, with its separators. */
const ROOM_FOR_MORE = 100;

/** @param others the message's other blocks */
export function list(lines: readonly string[], others: readonly object[]): Section[] {
  const room = BLOCKS_LENGTH_LIMIT - JSON.stringify(others).length;
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
