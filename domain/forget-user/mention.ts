/** Where text mentions a user's id, and what it reads without. */
import { cleanText, fitName } from '../ingest-calls/text.ts';

/** A shorter id, as `7` or `u_1`, stands in other people's text by chance. */
const SHORTEST_SEARCHED = 6;

/** What makes a word longer: `u_10001` is not in `u_100011`, but `ann@example.com` is in `<ann@example.com>`. */
const WORD = String.raw`[\p{L}\p{N}_]`;

export class Mention {
  /** As column `user_id` holds it. */
  readonly storedId: string;
  /** Whether the id is long enough to be looked for in any text, not only where users are named. */
  readonly searched: boolean;
  /** The id as it came and as it is stored: a long one is cut. */
  readonly forms: readonly string[];
  readonly #words: RegExp;

  constructor(id: string) {
    const clean = cleanText(id);
    this.storedId = fitName(clean).name;
    this.searched = [...clean].length >= SHORTEST_SEARCHED;
    this.forms = [...new Set([clean, this.storedId])];
    const forms = this.forms.map(escapePattern).join('|');
    this.#words = new RegExp(`(?<!${WORD})(?:${forms})(?!${WORD})`, 'gu');
  }

  isIn(text: string): boolean {
    return this.searched ? text.search(this.#words) >= 0 : this.forms.includes(text);
  }

  /** With the pseudonym in place of each mention. */
  replaceIn(text: string, pseudonym: string): string {
    if (this.searched) return text.replace(this.#words, pseudonym);
    return this.isIn(text) ? pseudonym : text;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/**
 * JSON text with every string of it, names included, passed through `replace`. Numbers keep all their digits, which they
 * would lose in JSON.parse.
 */
export function rewriteStrings(json: string, replace: (text: string) => string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, (literal) => {
    const text = JSON.parse(literal) as string;
    const replaced = replace(text);
    return replaced === text ? literal : JSON.stringify(replaced);
  });
}

/** Every string of a JSON value, names included. */
export function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* stringsIn(item);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* stringsIn(item);
    }
  }
}
