/** When prices have arrived: gives calls without a price theirs, and tells whoever was told that there was none. */
import type { ClientBase } from 'pg';
import { listPartitions } from './create-partitions.ts';
import { type Repricing, reprice } from './reprice.ts';
import { lastUnpriced, noteUnpriced, resolveUnpriced } from './unpriced-models.ts';

export type UnpricedRepricing = Repricing & {
  /** Whether the outbox got a message. */
  hasNotice: boolean;
};

/**
 * Calls that have a cost keep it: history that somebody has read changes only when `tricost reprice` is asked to.
 *
 * @param client as the owner of the schema
 * @returns undefined when there are no calls at all
 * @throws RepricingBusy while another run changes calls
 */
export async function repriceUnpriced(
  client: ClientBase,
  options: { signal: AbortSignal; onProgress(examined: number, month: string): void },
): Promise<UnpricedRepricing | undefined> {
  const months = await listPartitions(client);
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const range = { from: first.startsAt, until: last.endsAt, onlyUnpriced: true };
  const lastOpened = await lastUnpriced(client);
  const repricing = await reprice(client, { ...options, range, dryRun: false });
  // What has no price must be known of all calls; a run that went on where another had stopped has seen the rest only.
  const isWhole = !repricing.isInterrupted && !repricing.isContinued;
  // First, because it says what the models that were told of lack now.
  const isResolved = isWhole && (await resolveUnpriced(client, repricing.unpriced, lastOpened));
  // Ingest does so, too: this finds what was stored before it did.
  const isNoted = await noteUnpriced(client, repricing.unpriced);
  return { ...repricing, hasNotice: isNoted || isResolved };
}
