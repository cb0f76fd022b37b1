/** Makes the bundles again while somebody reads them, as a second `npm start`, `npm test` or `cdk deploy` does. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { MEASURED } from '../../domain/cost/measurements.ts';
import { replaceFolder } from '../../scripts/replace-folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HANDLER = join(ROOT, 'dist/lambdas/ingest-calls/handler.mjs');

async function bundle(whileRunning = () => {}): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/bundle.ts')], { stdio: 'inherit' });
  let code: number | null | undefined;
  child.once('exit', (exitCode) => {
    code = exitCode;
  });
  while (code === undefined) {
    whileRunning();
    await setImmediate();
  }
  expect(code).toBe(0);
}

test('bundles are there, whole, all the while they are made again', async () => {
  const before = await readFile(HANDLER, 'utf8');
  let missing = 0;
  await bundle(() => {
    if (!existsSync(HANDLER)) missing += 1;
  });
  expect(missing).toBe(0);
  expect(await readFile(HANDLER, 'utf8')).toBe(before);
});

/**
 * Bytes that a bundle may have: what it had, and a tenth more; ingest's is a target, because it starts most often. Lambda loads all of it at every cold start, so growth is a
 * decision, taken here.
 */
const BUDGETS: Readonly<Record<string, number>> = {
  canary: 412_000,
  'create-partitions': 384_000,
  'ingest-calls': 470_000,
  // The built-in price list is text in it.
  migrate: 1_400_000,
  notify: 415_000,
  reprice: 460_000,
  'spend-alert': 510_000,
};

test('every bundle keeps to its budget, and holds nothing of the CDK', async () => {
  const slugs = readdirSync(join(ROOT, 'dist/lambdas')).sort();
  expect(slugs).toEqual(Object.keys(BUDGETS));
  for (const slug of slugs) {
    const code = await readFile(join(ROOT, 'dist/lambdas', slug, 'handler.mjs'));
    expect(code.length, `bytes of ${slug}`).toBeLessThanOrEqual(BUDGETS[slug] ?? 0);
    // Every class of the CDK carries its name, minified or not.
    expect(code.includes('aws-cdk-lib'), `the CDK in ${slug}`).toBe(false);
  }
});

test('the cost page was measured on bundles that keep to the same budgets', () => {
  const { '(an empty handler)': _, ...measured } = MEASURED.cold_init;
  expect(Object.keys(measured)).toEqual(Object.keys(BUDGETS));
  for (const [slug, { bundle_bytes: bytes }] of Object.entries(measured)) {
    expect(bytes, `bytes of ${slug}, as measured`).toBeLessThanOrEqual(BUDGETS[slug] ?? 0);
  }
});

test('a folder that takes the place of another leaves nothing of it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-replace-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const [fresh, target] = [join(directory, 'fresh'), join(directory, 'target')];
  for (const [folder, name, text] of [
    [fresh, 'a/kept', 'new'],
    [fresh, 'b/added', 'new'],
    [target, 'a/kept', 'old'],
    [target, 'c/stale', 'old'],
  ] as const) {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  }
  await replaceFolder(fresh, target);
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  expect(
    files
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['added', 'kept']);
  expect(await readFile(join(target, 'a/kept'), 'utf8')).toBe('new');
});
