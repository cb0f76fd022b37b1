/** Finds, in SQL, the rows that may mention a user; what a mention is, `Mention` decides. */
import type { Mention } from '../../domain/forget-user/mention.ts';

/** The characters to look for: the id's own, and as JSON writes them. */
export function needles(mention: Mention): string[] {
  const asJson = mention.forms.map((form) => JSON.stringify(form).slice(1, -1));
  return [...new Set([...mention.forms, ...asJson])];
}

/** A condition: some column holds one of the values, which are the statement's parameters from number `first` on. */
export function containsAny(
  columns: readonly string[],
  values: readonly string[],
  first: number,
): string {
  return columns
    .flatMap((column) =>
      values.map((_, index) => `position($${first + index} in ${column}::text) > 0`),
    )
    .join(' or ');
}

/** For `~`: the id as a word of its own, where JSON has not changed how it is written. */
export function wordPattern(mention: Mention): string {
  const forms = mention.forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return `(?<![[:alnum:]_])(${forms.join('|')})(?![[:alnum:]_])`;
}
