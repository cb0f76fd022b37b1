/** Prices calls again in a process of its own, which may be killed at any moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface RepriceProgress {
  /** Calls of this process. */
  examined: number;
  /** Of the process so far. */
  peakMib: number;
}

export interface RepriceEnd extends RepriceProgress {
  /** Undefined: it was killed before its end. */
  changed: number | undefined;
}

export interface Kill {
  /** Not before so many calls are examined. */
  examined: number;
  /** And so much later: anywhere in a batch. */
  afterMs: number;
}

const PROGRAM = fileURLToPath(new URL('run-reprice.ts', import.meta.url));
const FLAGS = ['--experimental-import-text', '--disable-warning=ExperimentalWarning'];
const KIB_PER_MIB = 1_024;

/** @throws Error when it fails by itself */
export async function repriceInProcess(
  databaseUrl: string,
  range: { from: Date; until: Date },
  onProgress: (progress: RepriceProgress) => void,
  kill?: Kill,
): Promise<RepriceEnd> {
  const child = spawn(
    process.execPath,
    [...FLAGS, PROGRAM, range.from.toISOString(), range.until.toISOString()],
    {
      env: { ...process.env, TRICOST_SOAK_DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const end: RepriceEnd = { examined: 0, peakMib: 0, changed: undefined };
  let isKilled = false;
  for await (const line of createInterface(child.stdout)) {
    const said = JSON.parse(line) as { examined: number; changed?: number; peakKib: number };
    end.examined = said.examined;
    end.changed = said.changed;
    end.peakMib = Math.ceil(said.peakKib / KIB_PER_MIB);
    onProgress(end);
    if (kill === undefined || isKilled || said.examined < kill.examined) continue;
    isKilled = true;
    await sleep(kill.afterMs);
    child.kill('SIGKILL');
  }
  const [code] = await exited;
  if (code !== 0 && !isKilled) throw new Error(`the process that prices again ended with ${code}`);
  return end;
}
