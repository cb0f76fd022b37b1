/** What a command loads before it runs: an operator waits for it, and at each of the `--help`s on the way. */
import { expect, test } from 'vitest';
import { runTricost } from './run-tricost.ts';

/** Prints, when the process ends, the packages whose files were loaded. */
const TELL_PACKAGES = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, nextLoad) {
      const name = /.*[/]node_modules[/]((?:@[^/]+[/])?[^/]+)/.exec(url)?.[1];
      if (name !== undefined) packages.add(name);
      return nextLoad(url, context);
    },
  });
  process.on('exit', () => console.error(JSON.stringify([...packages])));`;

async function packagesLoadedBy(...args: string[]): Promise<string[]> {
  const preload = `data:text/javascript,${encodeURIComponent(TELL_PACKAGES)}`;
  const { code, stderr } = await runTricost(args, { env: { NODE_OPTIONS: `--import=${preload}` } });
  expect(code).toBe(0);
  return JSON.parse(stderr);
}

test('the help loads the parser of the command line and nothing else', async () => {
  expect(await packagesLoadedBy('--help')).toEqual(['commander']);
});

test('a command loads what it needs, and not what others do', async () => {
  const packages = await packagesLoadedBy('tail', '--help');
  expect(packages).toContain('pg');
  expect(packages.filter((name) => name.startsWith('@'))).toEqual([]);
});
