/** The synthesized stack, made once a run by the first test that asks for it: a synthesis takes as long as many tests. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { synthesize } from '../../local/synthesize.ts';

/**
 * What `cdk synth` writes for this clone's configuration. To read, or to copy and then edit: other tests use it too.
 *
 * @throws Error with what the app printed
 */
export async function sharedAssembly(): Promise<string> {
  const scratch = inject('scratchDirectory');
  const [assembly, failure] = [join(scratch, 'cdk.out'), join(scratch, 'failure')];
  if (await isFirst(scratch)) {
    try {
      const unfinished = join(scratch, 'unfinished');
      await synthesize(unfinished);
      await rename(unfinished, assembly);
    } catch (error) {
      await writeFile(failure, String(error));
    }
  }
  while (!existsSync(assembly)) {
    if (existsSync(failure)) throw new Error(await readFile(failure, 'utf8'));
    await sleep(100);
  }
  return assembly;
}

async function isFirst(scratch: string): Promise<boolean> {
  return mkdir(join(scratch, 'claimed')).then(
    () => true,
    () => false,
  );
}
