/** Tries a statement again when another writer was in the way. */
import { isSerialisationConflict } from './sql-state.ts';

const RETRIES = 3;

/** @param work one statement, or one transaction: all of it is done again */
export async function retryConflicts<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt > RETRIES || !isSerialisationConflict(error)) throw error;
    }
  }
}
