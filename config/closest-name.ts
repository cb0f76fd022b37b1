/** Finds the name that somebody probably meant, for "did you mean" in error messages. */

/** The candidate nearest to `name`, or undefined when none is near enough to be a slip of the keyboard. */
export function closestName(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let closest: string | undefined;
  // One slip in three letters: beyond that a suggestion is noise.
  let shortest = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance >= shortest) continue;
    shortest = distance;
    closest = candidate;
  }
  return closest;
}

/** Levenshtein distance, two rows at a time. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, left] of [...from].entries()) {
    const current = [row + 1];
    for (const [column, right] of [...to].entries()) {
      const substituted = (previous[column] ?? 0) + (left === right ? 0 : 1);
      current.push(
        Math.min(substituted, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1),
      );
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
