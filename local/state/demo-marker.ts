/** Remembers that the demo traffic has been published, so that a restart finds its data as it was. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'demo-published';

/** The `now` of the traffic that is there; undefined when there is none. */
export async function demoPublishedAt(stateDirectory: string): Promise<Date | undefined> {
  const text = await readFile(join(stateDirectory, FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : new Date(text);
}

export async function markDemoPublished(stateDirectory: string, now: Date): Promise<void> {
  await writeFile(join(stateDirectory, FILE), now.toISOString());
}
