/** Gives the test files of a run a folder in common, whatever their project, and removes it afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    scratchDirectory: string;
  }
}

export default async function setup({
  vitest,
}: TestProject): Promise<(() => Promise<void>) | undefined> {
  const run = vitest.getRootProject();
  // Every project comes here.
  if ('scratchDirectory' in run.getProvidedContext()) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'tricost-test-run-'));
  run.provide('scratchDirectory', directory);
  return () => rm(directory, { recursive: true, force: true });
}
