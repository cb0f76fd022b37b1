/** Which releases of Metabase the board is written for. */

/** The first whose cards take an id of ours and whose queries have stages. */
const OLDEST = 58;
const NEWEST = 65;

/**
 * @param tag `v0.65.4`; `v1.65.4` is the paid edition of the same release
 * @returns a warning for a release that nobody has read yet
 * @throws Error when it is too old
 */
export function checkRelease(tag: string): string | undefined {
  const release = Number(/^v?[01]\.(\d+)/.exec(tag)?.[1] ?? Number.NaN);
  if (Number.isNaN(release) || release > NEWEST) {
    return `this is Metabase ${tag}; the board is written for 0.${OLDEST} to 0.${NEWEST}`;
  }
  if (release < OLDEST) {
    throw new Error(`this is Metabase ${tag}, and the board needs 0.${OLDEST} or newer: update it`);
  }
  return undefined;
}
