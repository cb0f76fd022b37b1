/** An app in a process of its own, so that a scenario can kill and freeze it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { LOCAL_CREDENTIALS } from '../../local/functions/sandbox-environment.ts';
import type { SoakStack } from './soak-stack.ts';

export interface AppSettings {
  queueUrl: string;
  spoolDir: string;
  /** A call a line. */
  callsFile: string;
  /** The first line to publish. */
  from: number;
  /** The line after the last. */
  to: number;
  /** The time from the first to the last. */
  overMs: number;
  maxBufferBytes?: number;
}

const APP = fileURLToPath(new URL('publishing-app.ts', import.meta.url));
const POLL_MS = 5;

export class AppProcess {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #calls: number;
  readonly #exited: Promise<unknown[]>;
  /** Written by it: one when it has started, then one a call. */
  #bytes = 0;

  constructor({ stack }: SoakStack, settings: AppSettings) {
    this.#calls = settings.to - settings.from;
    this.#process = spawn(process.execPath, [APP, JSON.stringify(settings)], {
      env: {
        AWS_REGION: stack.plan.region,
        AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // What a killed process has written is read to its end.
    this.#exited = once(this.#process, 'close');
    this.#process.stdout.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
    });
  }

  /** How many calls publish() has returned for. */
  get published(): number {
    return Math.max(0, this.#bytes - 1);
  }

  /**
   * From then on it listens to signals, however slowly the machine starts it.
   *
   * @throws Error when it ends before
   */
  hasStarted(): Promise<void> {
    return this.#hasWritten(1);
  }

  /** @throws Error when it ends before */
  hasPublishedAll(): Promise<void> {
    return this.#hasWritten(1 + this.#calls);
  }

  async #hasWritten(bytes: number): Promise<void> {
    while (this.#bytes < bytes) {
      if (this.#process.exitCode !== null) throw new Error('the app has ended by itself');
      await sleep(POLL_MS);
    }
  }

  /** Nothing of it runs until it is thawed. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  /** As the machine would take it away. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  /**
   * As a platform ends it, in order.
   *
   * @throws Error when it could not deliver everything
   */
  async end(): Promise<void> {
    this.#process.kill('SIGTERM');
    const [code] = await this.#exited;
    if (code !== 0) throw new Error(`the app ended with ${code}: not everything was delivered`);
  }
}
