/** Text from outside, made fit for a Postgres column without losing who it names. */
import { createHash } from 'node:crypto';

/** UTF-16 units; at most 600 bytes of UTF-8, so that three names still fit into one index entry. */
const MAX_NAME_LENGTH = 200;

const HASH_LENGTH = 8;

/** NUL and lone surrogates, which Postgres cannot store, become U+FFFD; outer white space goes. */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed().trim();
}

/** A name cut to the limit ends in a hash of the whole, so that different long names stay different. */
export function fitName(name: string): { name: string; cut: boolean } {
  if (name.length <= MAX_NAME_LENGTH) return { name, cut: false };
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, HASH_LENGTH);
  const head = name.slice(0, MAX_NAME_LENGTH - HASH_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '');
  return { name: `${head}…${hash}`, cut: true };
}
