/** The file that mirrors what a producer has taken and not delivered. Nothing here throws: an app runs on without its spool. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Message } from '../delivery/message-packer.ts';
import type { SerialisedCall } from '../delivery/serialise-call.ts';
import type { Journal, SpoolContent, Tell } from '../delivery/spool.ts';
import {
  arrivedEntry,
  lostEntry,
  lostMessageEntry,
  packedEntry,
  shedEntry,
  writeContent,
} from './entries.ts';

/** What the file mirrors. */
interface Mirrored {
  readonly content: SpoolContent;
  /** Of the content, without what the file needs around it. */
  readonly bytes: number;
}

/** What a file may hold of the past beside twice its content. */
const SLACK_BYTES = 1024 * 1024;
const TRY_AGAIN_AFTER_MS = 10_000;

/**
 * Written to the operating system before `publish()` returns, and not to the disk: it survives the end of the process in
 * every form, not that of the machine. An fsync for each call would cost the app milliseconds.
 */
export class SpoolFile implements Journal {
  readonly #path: string;
  readonly #mirrored: Mirrored;
  readonly #tell: Tell;
  /** Undefined: the file does not say what it should, and is to be written anew. */
  #file: number | undefined;
  #bytes = 0;
  #tryAgainAt = Number.NEGATIVE_INFINITY;

  constructor(path: string, mirrored: Mirrored, tell: Tell) {
    this.#path = path;
    this.#mirrored = mirrored;
    this.#tell = tell;
  }

  added({ json }: SerialisedCall, shed: number): void {
    this.#write(shed === 0 ? [json] : [json, shedEntry(shed)]);
  }

  lost(calls: number): void {
    this.#write([lostEntry(calls)]);
  }

  packed(messages: readonly Message[]): void {
    this.#write(messages.map(packedEntry));
  }

  arrived(messages: readonly Message[]): void {
    this.#write(messages.map(arrivedEntry));
  }

  lostMessages(messages: readonly Message[]): void {
    this.#write(messages.map(lostMessageEntry));
  }

  /** Everything in it has been delivered. */
  remove(): void {
    this.close();
    try {
      rmSync(this.#path, { force: true });
    } catch (cause) {
      this.#tell(`cannot remove ${this.#path}`, 0, cause);
    }
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    this.#tryAgainAt = Number.POSITIVE_INFINITY;
    if (file === undefined) return;
    try {
      closeSync(file);
    } catch (cause) {
      this.#tell(`cannot close ${this.#path}`, 0, cause);
    }
  }

  /** @param entries what has just happened to the mirrored producer, all of it */
  #write(entries: readonly string[]): void {
    try {
      if (this.#file === undefined) this.#rewriteInTime();
      else if (entries.length > 0) this.#append(this.#file, `${entries.join('\n')}\n`);
    } catch (cause) {
      this.#giveUp(cause);
    }
  }

  #append(file: number, text: string): void {
    this.#bytes += writeWhole(file, text);
    if (this.#bytes > 2 * this.#mirrored.bytes + SLACK_BYTES) this.#rewrite();
  }

  #rewriteInTime(): void {
    if (performance.now() >= this.#tryAgainAt) this.#rewrite();
  }

  /** In one step, so that a process that dies meanwhile leaves the old file or the new one. */
  #rewrite(): void {
    const temporary = `${this.#path}.tmp`;
    const file = openSync(temporary, 'w', 0o600);
    try {
      this.#bytes = writeWhole(file, writeContent(this.#mirrored.content));
      renameSync(temporary, this.#path);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = file;
  }

  /** For now. The old file stays: what it says twice, ingest counts once. */
  #giveUp(cause: unknown): void {
    this.close();
    this.#tryAgainAt = performance.now() + TRY_AGAIN_AFTER_MS;
    this.#tell(`cannot write ${this.#path}: a crash would lose the calls that wait`, 0, cause);
  }
}

/** @throws Error also when the disk took a part only */
function writeWhole(file: number, text: string): number {
  const bytes = Buffer.from(text);
  const written = writeSync(file, bytes);
  if (written < bytes.length) {
    throw new Error(`wrote ${written} of ${bytes.length} bytes: is the disk full?`);
  }
  return written;
}
