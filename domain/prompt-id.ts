/**
 * The id of a prompt: a hash of what the developer controls (the template), never of the rendered text, which would give
 * every call a prompt of its own.
 */
import { nodeCrypto } from './node-crypto.ts';

export interface PromptPart {
  /** For example `system` or `user`. */
  role: string;
  /** The text with its placeholders. */
  text: string;
}

/** Names the canonical form below; a change of that form changes this, and every id. */
const CANONICAL_FORM = 'tricost.prompt.v1';
const UNIT_SEPARATOR = '\u001F';
const RECORD_SEPARATOR = '\u001E';
/** 64 bits: among a million prompts, two share an id with a chance of 3 in 100 million. */
const HEX_DIGITS = 16;

/**
 * `p_` and 16 hexadecimal digits of SHA-256. The same text gives the same id in every language: what editors, platforms
 * and input methods change without meaning it (line ends, white space at the end of lines, the Unicode composition) does
 * not count; white space inside a line does, for it changes the tokens. `test/golden/prompt-id.json` has vectors.
 *
 * @param parts the prompt's messages in order
 */
export function promptId(parts: readonly PromptPart[]): string {
  const canonical = parts
    .map(({ role, text }) => `${role}${UNIT_SEPARATOR}${canonicalText(text)}`)
    .join(RECORD_SEPARATOR);
  const digest = nodeCrypto()
    .createHash('sha256')
    .update(`${CANONICAL_FORM}\n${canonical}`, 'utf8');
  return `p_${digest.digest('hex').slice(0, HEX_DIGITS)}`;
}

function canonicalText(text: string): string {
  const lines = text
    .toWellFormed()
    .normalize('NFC')
    .split(/\r\n|\r|\n/);
  return trimBlanks(lines.map((line) => line.slice(0, endWithoutBlanks(line))).join('\n'));
}

// Not trim(): what it counts as white space differs from one language to the next. Not a regular expression: on long runs
// of blanks it takes quadratic time.
function trimBlanks(text: string): string {
  const end = endWithoutBlanks(text);
  let start = 0;
  while (start < end && isBlank(text, start)) start += 1;
  return text.slice(start, end);
}

function endWithoutBlanks(text: string): number {
  let end = text.length;
  while (end > 0 && isBlank(text, end - 1)) end -= 1;
  return end;
}

function isBlank(text: string, index: number): boolean {
  const character = text[index];
  return character === ' ' || character === '\t' || character === '\n';
}
