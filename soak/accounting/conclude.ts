/** The account of a scenario that published through the SDK: the tables' side and the publisher's side. */
import type { PicoUsd } from '../../domain/money.ts';
import type { SoakPublisher } from '../world/publish-steadily.ts';
import { ingestMetric, type SoakStack } from '../world/soak-stack.ts';
import { type Accounted, account, emptyTables } from './account.ts';
import { publisherProblems } from './publisher-account.ts';

export interface Published {
  publisher: SoakPublisher;
  costs: ReadonlyMap<string, PicoUsd>;
  /** Broken bodies that were sent beside. */
  broken: number;
}

/** Starts from empty tables; the function it returns ends the account. */
export async function openAccount(
  soak: SoakStack,
): Promise<(published: Published) => Promise<Accounted>> {
  await emptyTables(soak);
  const metAgainBefore = ingestMetric(soak, 'Duplicate');
  return async ({ publisher, costs, broken }) => {
    const stats = publisher.stats();
    publisher.close();
    const expected = { published: stats.sent + broken, costs, rejected: broken };
    const accounted = await account(soak, expected, metAgainBefore);
    const problems = [...accounted.problems, ...(await publisherProblems(soak, stats))];
    return { ...accounted, problems };
  };
}
