/** Takes out of a system text what changes from call to call although the prompt is the same. */

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** A date, with or without a time of day and its offset (ISO 8601, RFC 3339). */
const ISO_DATE =
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?!\d)/gi;
/** Bounded, so that a long run of letters takes no quadratic time. */
const E_MAIL = /[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi;

export function maskChanging(text: string): string {
  return text.replace(UUID, '{{uuid}}').replace(ISO_DATE, '{{date}}').replace(E_MAIL, '{{e-mail}}');
}
