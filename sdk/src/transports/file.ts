/** `tricost/file`: messages as lines of a file, for development, or for a log shipper that brings them to the queue. */
import { promises as fs } from 'node:fs';
import type { Transport } from '../delivery/transport.ts';

/**
 * Every line is a message body as ingest takes it.
 *
 * @param path several processes may append to the same one; nobody shortens it
 */
export function fileTransport(path: string): Transport {
  /** A failed attempt may have left half a line, which must not spoil the next one. */
  let start = '';
  return {
    async send(messages) {
      const lines = messages.map(({ body }) => `${body}\n`).join('');
      try {
        await fs.appendFile(path, start + lines);
        start = '';
      } catch (error) {
        start = '\n';
        throw error;
      }
      return { failed: [], refused: [] };
    },
  };
}
