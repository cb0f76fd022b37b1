/** What `tricost alerts test` refuses before it writes anything. */
import { expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

test('refuses a database whose stack is not named: the queue would be the local one', async () => {
  const url = 'postgres://owner@127.0.0.1:1/calls';
  const { code, stderr } = await runCommand(['alerts', 'test', '--database-url', url]);
  expect(code).toBe(1);
  expect(stderr).toContain('without --aws the queues are those of the local stack');
});
