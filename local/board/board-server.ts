/** The board of the local stack as a page: reads as a dashboard may, and only programs on this machine can reach it. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connectionSettings } from '../../adapters/postgres/connect.ts';
import { asDashboard, readOnly } from '../../adapters/postgres/read-as-text.ts';
import { answerCard, readBoardData } from '../../board/board-data.ts';
import type { Card } from '../../board/card.ts';
import { CARDS } from '../../board/cards.ts';
import { readFilters, readWindow, WINDOW_FORMS } from '../../board/filters.ts';
import { TABS } from '../../board/layout.ts';
import { clientProgram } from '../../board/page/client-program.ts';
import { renderPage, slugOfTab, tabAddress } from '../../board/page/page.ts';
import { renderCard } from '../../board/page/render-card.ts';
import {
  type LoopbackRequest,
  type LoopbackResponse,
  startLoopbackServer,
} from '../loopback-server.ts';

export interface BoardServer {
  /** The page. */
  url: string;
  close(): Promise<void>;
}

/** A page asks for many cards at once; more would only take turns on a small machine. */
const CONNECTIONS = 4;
const TIMEOUT_MS = 20_000;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const QUERY_CANCELED = '57014';

/** @param readerUrl of a login that may read schema `reporting` */
export async function startBoardServer(readerUrl: string, port: number): Promise<BoardServer> {
  const pool = new pg.Pool({
    ...connectionSettings({ connectionString: readerUrl }),
    application_name: 'tricost board',
    max: CONNECTIONS,
  });
  // A database that goes away under an idle connection is said by the next answer.
  pool.on('error', () => {});
  const server = await startLoopbackServer((request) => answer(pool, request).catch(sayWhy), port);
  return {
    url: server.url,
    async close() {
      await server.close();
      await pool.end();
    },
  };
}

async function answer(pool: pg.Pool, request: LoopbackRequest): Promise<LoopbackResponse> {
  const { method, url } = request;
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'this page only reads' };
  const window = url.searchParams.get('window') ?? '';
  if (window !== '' && readWindow(window) === undefined) {
    return { status: 400, headers: PLAIN_TEXT, body: `window must be ${WINDOW_FORMS}` };
  }
  if (url.pathname === '/') return page(pool, url);
  if (url.pathname === '/board.js') {
    return {
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8', ...AS_IT_IS },
      body: await clientProgram(),
    };
  }
  const slug = /^\/cards\/([a-z0-9-]+)$/.exec(url.pathname)?.[1];
  const card = CARDS.find((candidate) => candidate.slug === slug);
  if (card === undefined) return { status: 404, body: 'the board has no such page' };
  return cardAsJson(pool, card, url);
}

/** Plain text: what Postgres says may quote what was stored. */
function sayWhy(error: unknown): LoopbackResponse {
  const { code } = error as { code?: string };
  const body =
    code === QUERY_CANCELED
      ? `it took longer than ${TIMEOUT_MS / 1_000} s; ask for fewer days`
      : `the database does not answer: ${error instanceof Error ? error.message : String(error)}`;
  return {
    status: 503,
    headers: PLAIN_TEXT,
    body,
  };
}

const AS_IT_IS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };
const PLAIN_TEXT = { 'content-type': 'text/plain; charset=utf-8', ...AS_IT_IS };

async function page(pool: pg.Pool, url: URL): Promise<LoopbackResponse> {
  const nonce = randomBytes(16).toString('base64');
  const filters = readFilters(url.searchParams);
  const { choices, asOf } = await read(pool, readBoardData);
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-${nonce}'; connect-src 'self'`,
      'referrer-policy': 'no-referrer',
      ...AS_IT_IS,
    },
    body: renderPage({
      choices,
      filters,
      asOf,
      tab: tabOf(url),
      scripts: `<script src="board.js" nonce="${nonce}"></script>`,
    }),
  };
}

async function cardAsJson(pool: pg.Pool, card: Card, url: URL): Promise<LoopbackResponse> {
  const filters = readFilters(url.searchParams);
  const { rows, ...context } = await read(pool, (client) => answerCard(client, card, filters));
  const tab = tabOf(url);
  const { html, chart } = renderCard(card, rows, {
    filters,
    ...context,
    addressOf: (narrowed) => tabAddress(tab, narrowed),
  });
  return {
    status: 200,
    headers: { 'content-type': 'application/json', ...AS_IT_IS },
    body: JSON.stringify({ slug: card.slug, title: card.title, rows, html, chart }),
  };
}

async function read<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    return await readOnly(client, TIMEOUT_MS, async () => {
      await asDashboard(client);
      return work(client);
    });
  } finally {
    client.release();
  }
}

function tabOf({ searchParams }: URL): string {
  const tabs = TABS.map(slugOfTab);
  return tabs.find((tab) => tab === searchParams.get('tab')) ?? tabs[0] ?? '';
}
