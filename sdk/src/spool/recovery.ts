/** Delivers what processes that died have left in the spool: one file at a time, as the same producer, so that ingest counts it once. */
import { promises as fs } from 'node:fs';
import type { Producer } from '../delivery/producer.ts';
import type { Counts, SpoolContent, SpooledPublisher } from '../delivery/spool.ts';
import { readContent } from './entries.ts';
import type { Adopted, SharedFolder } from './shared-folder.ts';
import { SpoolFile } from './spool-file.ts';

export interface RecoverySettings extends SpooledPublisher {
  folder: SharedFolder;
}

/** A process that ends later than this one starts must not wait for the next start. */
const LOOK_AGAIN_AFTER_MS = 60_000;

export class Recovery {
  readonly #settings: RecoverySettings;
  #finished: Counts = { taken: 0, sent: 0, dropped: 0 };
  #current: { producer: Producer; file: SpoolFile } | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(settings: RecoverySettings) {
    this.#settings = settings;
  }

  get counts(): Counts {
    return sum(this.#finished, this.#current?.producer.counts);
  }

  /** Looks for such files now, and again from time to time. */
  start(): void {
    this.#running = this.#run().then(() => {
      this.#running = undefined;
      if (!this.#isStopped) {
        this.#timer = setTimeout(() => this.start(), LOOK_AGAIN_AFTER_MS).unref();
      }
    });
  }

  /** @returns how many calls are still on their way when time is up */
  async flush(timeoutMs: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#running, timeout]);
    clearTimeout(timer);
    const { taken, sent, dropped } = this.counts;
    return taken - sent - dropped;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#current?.producer.stop();
    this.#current?.file.close();
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const adopted = await this.#settings.folder.adopt();
        if (adopted === undefined || this.#isStopped) return;
        await this.#deliver(adopted);
      }
    } catch (cause) {
      this.#settings.tell('cannot look into the spool', 0, cause);
    }
  }

  async #deliver({ path, isTooMuch }: Adopted): Promise<void> {
    const { own, resume, tell } = this.#settings;
    const content = readContent(await fs.readFile(path, 'utf8'));
    if (content === undefined) {
      await fs.rm(path, { force: true });
      tell(`removed ${path}, which cannot be read`, 0);
      return;
    }
    const producer = resume(content);
    const file = new SpoolFile(path, producer, tell);
    if (isTooMuch) {
      const calls = producer.counts.taken;
      this.#finish({ taken: calls, sent: 0, dropped: calls });
      own.report(calls + unreportedBy(content));
      file.remove();
      tell(`dropped ${calls} calls of a process that died: the spool is full`, calls);
      return;
    }
    producer.writeTo(file);
    this.#current = { producer, file };
    await producer.flush();
    this.#current = undefined;
    this.#finish(producer.counts);
    const unreported = unreportedBy(producer.content);
    if (unreported > 0) own.report(unreported);
    file.remove();
  }

  #finish(counts: Counts): void {
    this.#finished = sum(this.#finished, counts);
  }
}

/** Losses that only this content knows of. */
function unreportedBy({ producing, underWay }: SpoolContent): number {
  return underWay.reduce((total, { dropped }) => total + dropped, producing.unreported);
}

function sum(a: Counts, b: Counts | undefined): Counts {
  if (b === undefined) return a;
  return { taken: a.taken + b.taken, sent: a.sent + b.sent, dropped: a.dropped + b.dropped };
}
