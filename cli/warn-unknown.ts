/** Tells on standard error of a feature that nothing is known of: it may be mistyped, or yet to come. */
import type { Client } from 'pg';
import { isKnownFeature } from '../adapters/postgres/known-feature.ts';
import { printable } from './printable.ts';

export async function warnUnknownFeature(client: Client, feature: string): Promise<void> {
  if (await isKnownFeature(client, feature)) return;
  process.stderr.write(
    `${printable(feature)} has no calls and no alert so far: is it the name that the calls have?\n`,
  );
}
