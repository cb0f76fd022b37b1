/** What messages begin with is a picture in the inbox, as it is in Slack. */
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { replaceEmoji } from '../../../local/slack/emoji.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

test('every emoji that a message is written with is known', () => {
  const written = globSync('domain/**/*.ts', { cwd: ROOT }).flatMap((path) =>
    [...readFileSync(join(ROOT, path), 'utf8').matchAll(/['`](:[a-z_]+:)/g)].map(
      ([, name]) => name,
    ),
  );
  expect(written.length).toBeGreaterThan(8);
  const unknown = written.filter((name = '') => replaceEmoji(name) === name);
  // Of a comment about them.
  expect(unknown.filter((name) => name !== ':shortcodes:')).toEqual([]);
});
