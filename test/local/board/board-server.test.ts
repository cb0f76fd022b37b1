/** What the board's server answers, and what it refuses. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { asDashboard, readOnly } from '../../../adapters/postgres/read-as-text.ts';
import { type BoardServer, startBoardServer } from '../../../local/board/board-server.ts';
import { storeCalls } from '../../sql/stored-calls.ts';
import { createOwnedDatabase } from '../../support/owned-database.ts';

const NOW = new Date();
const YESTERDAY = new Date(NOW.getTime() - 86_400_000);
const HOSTILE = `</script><img src=x onerror="document.title='hit'">`;

let board: BoardServer;
let owner: pg.Client;
let databaseUrl: string;
/** Of a login that is in tricost_readonly and nothing else. */
let readerUrl: string;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 2, monthsAhead: 0 });
  ({ owner } = owned);
  await storeCalls(owner, [
    { ts: YESTERDAY, feature: 'chat', usd: '12345.678912345678' },
    { ts: YESTERDAY, feature: HOSTILE, usd: '0.000000000001' },
  ]);
  databaseUrl = owned.database.url;
  const login = `board_${randomUUID().replaceAll('-', '')}`;
  await owner.query(`create role ${login} login password 'read' in role tricost_readonly`);
  readerUrl = Object.assign(new URL(databaseUrl), { username: login, password: 'read' }).href;
  board = await startBoardServer(databaseUrl, 0);
  return async () => {
    await board.close();
    await owner.query(`drop role ${login}`);
    await owned.drop();
  };
});

const get = (path: string, init?: RequestInit) => fetch(`${board.url}${path}`, init);

test('a card is JSON: its rows to the last digit, and what the page shows of them', async () => {
  const response = await get('/cards/features-7-days');
  expect(response.headers.get('content-type')).toBe('application/json');
  const { rows, html } = (await response.json()) as {
    rows: Record<string, string>[];
    html: string;
  };
  expect(rows.map(({ feature, total_cost_usd }) => [feature, total_cost_usd])).toEqual([
    ['chat', '12345.678912345678'],
    [HOSTILE, '0.000000000001'],
  ]);
  expect(html).toContain('$12,345.68');
  expect(html).toContain('&lt; $0.01');
  expect(html).not.toContain('<img');
});

test('a card is narrowed as its address says', async () => {
  const response = await get('/cards/spend-7-days?feature=chat');
  const { rows } = (await response.json()) as { rows: Record<string, string | null>[] };
  expect(rows.map(({ cost_usd }) => cost_usd)).toEqual(['0', '12345.678912345678']);
});

test('the page names what can be chosen, escaped, and lets nothing in from elsewhere', async () => {
  const response = await get(`/?feature=${encodeURIComponent(HOSTILE)}`);
  const html = await response.text();
  expect(html).toContain('<option value="chat">chat</option>');
  expect(html).not.toContain('<img');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
  expect(nonce).toHaveLength(24);
  expect(html).toContain(`<script src="board.js" nonce="${nonce}">`);
  expect(html.match(/<script/g)).toHaveLength(1);
});

test('a database that cannot be read is said in plain text', async () => {
  const other = await startBoardServer('postgres://nobody@127.0.0.1:1/none', 0);
  onTestFinished(() => other.close());
  for (const path of ['/', '/cards/features-7-days']) {
    const response = await fetch(`${other.url}${path}`);
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toMatch(/^the database does not answer: .*ECONNREFUSED/);
  }
});

test('a window that cannot be meant is refused, and says what can', async () => {
  for (const path of ['/', '/cards/features-7-days']) {
    const response = await get(`${path}?window=2026-03-02~2026-03-01`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('7d, 30d, 90d, 395d or two dates');
  }
});

describe.each(['owner', 'reader'])('reads as a dashboard may, with the login of the %s', (who) => {
  const tried = async (sql: string, timeoutMs = 5_000) => {
    const client = new pg.Client({ connectionString: who === 'owner' ? databaseUrl : readerUrl });
    await client.connect();
    onTestFinished(() => client.end());
    return readOnly(client, timeoutMs, async () => {
      await asDashboard(client);
      return client.query(sql);
    }).then(
      ({ rows }) => rows,
      ({ code }: { code: string }) => code,
    );
  };

  test.each([
    ['select current_user', [{ current_user: 'tricost_readonly' }]],
    ['select feature from reporting.llm_calls limit 1', [{ feature: expect.any(String) }]],
    // Permission denied, and a transaction that only reads.
    ['select from tricost.llm_calls', '42501'],
    ['create temporary table t ()', '25006'],
  ])('%s', async (sql, answer) => {
    expect(await tried(sql)).toEqual(answer);
  });

  test('nothing takes for ever', async () => {
    expect(await tried('select pg_sleep(30)', 50)).toBe('57014');
  });
});

test('a view that a dashboard may not read is not read by a login that may', async () => {
  const path = '/cards/rejected-events';
  expect((await get(path)).status).toBe(200);
  await owner.query('revoke select on reporting.rejected_calls from tricost_readonly');
  onTestFinished(async () => {
    await owner.query('grant select on reporting.rejected_calls to tricost_readonly');
  });
  const response = await get(path);
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('permission denied for view rejected_calls');
});

describe('is refused', () => {
  test.each([
    ['POST', '/cards/features-7-days', 405],
    ['GET', '/cards/no-such-card', 404],
    ['GET', '/cards/../cards.ts', 404],
    ['GET', '/favicon.ico', 404],
  ])('%s %s', async (method, path, status) => {
    expect((await get(path, { method })).status).toBe(status);
  });
});
