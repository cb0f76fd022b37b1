/**
 * The board on a live Metabase: `npm run test:metabase` with METABASE_URL, METABASE_API_KEY and METABASE_DATABASE_URL set. It makes
 * the board, or brings the one that is there up to date, and leaves it.
 */
import { describe, expect, test } from 'vitest';
import { cardOf } from '../../board/cards.ts';
import { TABS } from '../../board/layout.ts';
import { entityId } from '../../board/provision/identity.ts';
import { slugsOf } from '../../board/provision/plan.ts';
import { runCommand } from '../cli/run-command.ts';

const url = process.env['METABASE_URL'];
const key = process.env['METABASE_API_KEY'];
const hasMetabase = Boolean(url) && Boolean(key);
const title = hasMetabase
  ? `the board on ${url}`
  : 'the board on a live Metabase (skipped: METABASE_URL and METABASE_API_KEY are not set)';

async function request(path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url?.replace(/\/+$/, '')}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': key ?? '', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

describe.skipIf(!hasMetabase)(title, () => {
  test('is made, and a second run finds nothing to do', async () => {
    const first = await runCommand(['board', 'apply', '--json']);
    expect([first.code, first.stderr]).toEqual([0, expect.not.stringContaining('otherwise')]);
    const second = await runCommand(['board', 'apply', '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({ changes: [], unsettled: [] });
  });

  test.each(slugsOf(TABS))('%s answers', async (slug) => {
    const { id } = (await request(`/api/card/${entityId(slug)}`)) as { id: number };
    const result = (await request(`/api/card/${id}/query`, { parameters: [] })) as {
      status: string;
      error?: string;
      data?: { cols: { name: string }[] };
    };
    expect([result.status, result.error]).toEqual(['completed', undefined]);
    expect(result.data?.cols.map(({ name }) => name)).toEqual(
      cardOf(slug).columns.map(({ name }) => name),
    );
  });
});
