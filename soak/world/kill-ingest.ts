/** Kills every process of ingest-calls, as a machine that goes away does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakStack } from './soak-stack.ts';

const POLL_MS = 10;

/** @returns how many invocations ended with it: a process may have had nothing to do */
export async function killIngest({ stack, troubles, ingestFunction }: SoakStack): Promise<number> {
  const before = troubles.length;
  const processIds = () => stack.processes(ingestFunction).map(({ processId }) => processId);
  const killed = processIds();
  for (const pid of killed) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  // The runner has to see their end first.
  while (processIds().some((pid) => killed.includes(pid))) await sleep(POLL_MS);
  await sleep(POLL_MS);
  return troubles.slice(before).filter((trouble) => trouble.includes('Runtime.ExitError')).length;
}
