/** Remembers that the demo traffic has been published, so that a restart finds its data as it was. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'demo-published';

/** When it was, RFC 3339; undefined when it was not. */
export async function demoPublishedAt(stateDirectory: string): Promise<string | undefined> {
  return readFile(join(stateDirectory, FILE), 'utf8').catch(() => undefined);
}

export async function markDemoPublished(stateDirectory: string, now: Date): Promise<void> {
  await writeFile(join(stateDirectory, FILE), now.toISOString());
}
