/** A port that is taken again at the next start, in a file of its own. */
import { readFile, writeFile } from 'node:fs/promises';

/** Undefined when there is none, or none that can be read. */
export async function readPort(path: string): Promise<number | undefined> {
  const port = Number(await readFile(path, 'utf8').catch(() => ''));
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

export async function writePort(path: string, port: number): Promise<void> {
  await writeFile(path, String(port));
}
