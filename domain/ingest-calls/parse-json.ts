import { Refused } from './rejection.ts';

/** @throws Refused (`not_json`), without the parser's own message: that quotes the text, which may be a prompt. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused('not_json');
  }
}
