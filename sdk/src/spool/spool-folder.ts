/** A folder in which waiting calls survive the process, however it ends. */
import type { OpenSpool, Spool, SpooledPublisher, Tell } from '../delivery/spool.ts';
import { Recovery } from './recovery.ts';
import { SharedFolder } from './shared-folder.ts';
import { SpoolFile } from './spool-file.ts';

export interface SpoolOptions {
  /** Bytes of what dead processes have left that may lie there; beyond it the oldest files are dropped. Default 64 MiB. */
  maxBytes?: number;
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * For `createTricost({ spool })`. What another process has left there is delivered by this one; processes may share it.
 *
 * @param directory on a local disk; it is made when it is missing. One that cannot be used is told to `onError`, and the calls go
 *   without it
 */
export function spoolFolder(directory: string, { maxBytes }: SpoolOptions = {}): Spool {
  return {
    open({ own, resume, tell }: SpooledPublisher): OpenSpool {
      const folder = new SharedFolder(directory, limitFor(maxBytes, tell));
      const file = new SpoolFile(folder.pathOf(own.content.producing.producerId), own, tell);
      own.writeTo(file);
      const recovery = new Recovery({ folder, own, resume, tell });
      recovery.start();
      return {
        get counts() {
          return recovery.counts;
        },
        flush: (timeoutMs) => recovery.flush(timeoutMs),
        close() {
          recovery.stop();
          if (own.isDone) file.remove();
          else file.close();
          folder.close();
        },
      };
    },
  };
}

function limitFor(maxBytes: unknown, tell: Tell): number {
  if (typeof maxBytes === 'number' && maxBytes >= 1) return maxBytes;
  if (maxBytes !== undefined) {
    const got = String(maxBytes);
    tell(`maxBytes must be a number of 1 or more, got ${got}; taking ${DEFAULT_MAX_BYTES}`, 0);
  }
  return DEFAULT_MAX_BYTES;
}
