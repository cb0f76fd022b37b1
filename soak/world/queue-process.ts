/** A queue that can be killed and started again with its data: fauxqs in a process of its own, by a clock of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { SimulatedClock } from './simulated-clock.ts';

const ENGINE = fileURLToPath(new URL('queue-engine.ts', import.meta.url));

export class QueueProcess {
  readonly address: string;
  readonly #port: number;
  readonly #dataDir: string;
  readonly #clock: SimulatedClock;
  #process: ChildProcess | undefined;

  private constructor(port: number, dataDir: string, clock: SimulatedClock) {
    this.address = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#dataDir = dataDir;
    this.#clock = clock;
  }

  /** @throws Error when it does not start */
  static async start(
    { port, dataDir }: { port: number; dataDir: string },
    clock: SimulatedClock,
  ): Promise<QueueProcess> {
    const queue = new QueueProcess(port, dataDir, clock);
    await queue.restart();
    return queue;
  }

  /** As the machine would take it away: no goodbye, no last write. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async restart(): Promise<void> {
    const child = spawn(process.execPath, [ENGINE, String(this.#port), this.#dataDir], {
      env: this.#clock.environment,
      // Ctrl-C reaches the runner alone, which ends the queue last.
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process = child;
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the queue's process ended with ${code} before it listened`);
    });
    await Promise.race([once(child.stdout, 'data'), ended]);
    // From now on its end is the scenario's doing.
    ended.catch(() => {});
  }

  /** Its data is thrown away, so it needs no goodbye. */
  stop(): Promise<void> {
    return this.kill();
  }
}
