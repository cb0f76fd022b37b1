/** Waits for a Metabase that is still starting: it answers 503 for a minute or two, and is well by its own account before it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Properties } from '../../adapters/metabase/bodies.ts';
import type { Metabase } from '../../adapters/metabase/metabase.ts';
import { MetabaseError } from '../../adapters/metabase/request.ts';

const STARTING = new Set([502, 503, 504]);
const ATTEMPTS = 60;
const PAUSE_MS = 5_000;

/** @throws what the last attempt said, after five minutes */
export async function propertiesWhenReady(
  metabase: Metabase,
  { report, stopped }: { report: (text: string) => void; stopped: AbortSignal },
): Promise<Properties> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await metabase.properties();
    } catch (error) {
      const isStarting = error instanceof MetabaseError && STARTING.has(error.status);
      if (!isStarting || attempt === ATTEMPTS) throw error;
      report('Metabase is starting');
      await sleep(PAUSE_MS, undefined, { signal: stopped });
    }
  }
}
