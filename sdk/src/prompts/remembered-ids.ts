/** Remembers ids of texts: an app has few system texts, and a long one takes longer to hash than all else of its call. */

/** With more all are forgotten: texts that are new each time are not worth their memory. */
const MAX_TEXTS = 50;
/** A longer one is hashed each time. */
const MAX_CHARACTERS = 50_000;

/** @returns gives the same as `idOf` */
export function rememberedIds(
  idOf: (texts: readonly string[]) => string,
): (texts: readonly string[]) => string {
  const ids = new Map<string, string>();
  return (texts) => {
    // With their lengths, so that no list reads as another.
    const key = texts.map((text) => `${text.length}:${text}`).join('');
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = idOf(texts);
    if (ids.size === MAX_TEXTS) ids.clear();
    if (key.length <= MAX_CHARACTERS) ids.set(key, id);
    return id;
  };
}
