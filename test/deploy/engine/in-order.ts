/** Works on resources as CloudFormation does: all at once, except that each waits for those it needs. */

export interface Failure {
  logicalId: string;
  reason: string;
}

/**
 * After a failure nothing new is begun, and what is under way is finished.
 *
 * @param logicalIds in an order in which each comes after those it needs
 * @param needs may name others, which do not count
 */
export async function inOrder(
  logicalIds: readonly string[],
  needs: (logicalId: string) => Iterable<string>,
  work: (logicalId: string) => Promise<void>,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const finished = new Map<string, Promise<void>>();
  const run = async (logicalId: string, first: Promise<void>[]): Promise<void> => {
    await Promise.all(first);
    if (failures.length > 0) return;
    try {
      await work(logicalId);
    } catch (error) {
      failures.push({ logicalId, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const logicalId of logicalIds) {
    const first = [...needs(logicalId)].flatMap((needed) => finished.get(needed) ?? []);
    finished.set(logicalId, run(logicalId, first));
  }
  await Promise.all(finished.values());
  return failures;
}
