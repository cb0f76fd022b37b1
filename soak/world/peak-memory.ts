/** The most memory that processes have held at once, as the kernel remembers it. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const POLL_MS = 50;
const KIB = 1_024;

/** Only Linux tells of a process that is not one's own what it has held at most. */
const canMeasure = existsSync('/proc/self/status');

/**
 * Peak resident memory of the largest of the processes, in bytes; undefined where it cannot be measured.
 *
 * @param processIds asked again and again: a process that is killed takes its figure along
 */
export async function peakMemory<Result>(
  processIds: () => number[],
  work: () => Promise<Result>,
): Promise<{ result: Result; bytes: number | undefined }> {
  let peak = 0;
  const look = async (): Promise<void> => {
    for (const pid of processIds()) peak = Math.max(peak, await peakOf(pid));
  };
  const timer = setInterval(() => void look(), POLL_MS);
  try {
    const result = await work();
    await look();
    return { result, bytes: canMeasure ? peak : undefined };
  } finally {
    clearInterval(timer);
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * KIB;
}
