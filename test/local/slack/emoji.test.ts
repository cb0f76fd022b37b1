/** What messages begin with is a picture in the inbox, as it is in Slack. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { replaceEmoji } from '../../../local/slack/emoji.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

test('every emoji that a message is written with is known', () => {
  const written = globSync('domain/**/*.ts', { cwd: ROOT }).flatMap((path) =>
    [...readFileSync(`${ROOT}${path}`, 'utf8').matchAll(/['`](:[a-z_]+:)/g)].map(
      ([, name]) => name,
    ),
  );
  expect(written.length).toBeGreaterThan(8);
  const unknown = written.filter((name = '') => replaceEmoji(name) === name);
  // Of a comment about them.
  expect(unknown.filter((name) => name !== ':shortcodes:')).toEqual([]);
});
