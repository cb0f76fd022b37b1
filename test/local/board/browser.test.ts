/** The board in a real browser: its numbers are the database's, filters work, and nobody is shut out. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type pg from 'pg';
import { type Browser, chromium, type Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { foldSpend } from '../../../adapters/postgres/roll-up-spend.ts';
import { formatValue } from '../../../board/page/format.ts';
import { type BoardServer, startBoardServer } from '../../../local/board/board-server.ts';
import { storeNumberedCalls } from '../../board/calls.ts';
import { runCommand } from '../../cli/run-command.ts';
import { storeCalls } from '../../sql/stored-calls.ts';
import { findChromium } from '../../support/chromium.ts';
import { createOwnedDatabase } from '../../support/owned-database.ts';

const executablePath = findChromium();
if (executablePath === undefined) {
  console.warn(
    'Skipped: the board in a browser. Install Chromium (Debian: apt install chromium) or set TRICOST_TEST_CHROMIUM.',
  );
}

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const HOSTILE = `<img src=x onerror="document.title='hit'">`;

describe.runIf(executablePath !== undefined)('in Chromium', () => {
  let owner: pg.Client;
  let databaseUrl: string;
  let board: BoardServer;
  let browser: Browser;

  beforeAll(async () => {
    const owned = await createOwnedDatabase(new Date(), { monthsBack: 3, monthsAhead: 1 });
    owner = owned.owner;
    databaseUrl = owned.database.url;
    await storeNumberedCalls(owner, 1, 3_000);
    await storeCalls(owner, [
      { ts: new Date(Date.now() - 86_400_000), feature: HOSTILE, prompt_name: HOSTILE, usd: '9' },
    ]);
    await foldSpend(owner, { days: 100, wait: true });
    board = await startBoardServer(databaseUrl, 0);
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      // Of its own sandbox: a container's root has none.
      args: ['--no-sandbox'],
    });
    return async () => {
      await browser.close();
      await board.close();
      await owned.drop();
    };
  });

  /** A page of its own, which must not have complained when the test ends. */
  async function open(
    path: string,
    options: { viewport?: typeof DESKTOP; colorScheme?: 'light' | 'dark' } = {},
  ): Promise<Page> {
    const page = await browser.newPage({ viewport: DESKTOP, ...options });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    onTestFinished(async () => {
      await page.close();
      expect(complaints).toEqual([]);
    });
    await page.goto(path.startsWith('file:') ? path : `${board.url}${path}`);
    await settled(page);
    return page;
  }

  /** Shown, and no longer on the way to how it looks: axe would take the half of a fade for too little contrast. */
  async function settled(page: Page): Promise<void> {
    const count = (what: string) => page.evaluate<number>(`${what}.length`);
    for (const what of ["document.querySelectorAll('[aria-busy]')", 'document.getAnimations()']) {
      await expect.poll(() => count(what), { timeout: 30_000 }).toBe(0);
    }
  }

  /** All that is wrong for people who see, hear or point otherwise. */
  async function serious(page: Page): Promise<unknown[]> {
    await page.evaluate(axe.source);
    return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.filter(({ impact }) => impact !== 'minor').map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`);
  }

  const scalar = (page: Page, slug: string) =>
    page.locator(`[data-card=${slug}] p.number`).textContent();

  async function spendOfWeek(condition: string): Promise<string> {
    const [{ usd } = { usd: null }] = await weekBy("'all'", condition);
    return formatValue(usd, 'usd');
  }

  /** Of the seven whole days before today, in UTC, dearest first. */
  async function weekBy(column: string, condition: string) {
    const { rows } = await owner.query<{ name: string; usd: string | null }>(
      `select ${column} as name, sum(cost_usd) as usd from tricost.llm_calls
       where (ts at time zone 'UTC')::date >= (now() at time zone 'UTC')::date - 7
         and (ts at time zone 'UTC')::date < (now() at time zone 'UTC')::date and ${condition}
       group by 1 order by 2 desc nulls last, 1`,
    );
    return rows;
  }

  test('numbers are those of the calls, charts are drawn, text from outside stays text', async () => {
    const page = await open('/');
    expect(await scalar(page, 'spend-7-days')).toBe(await spendOfWeek('true'));
    const table = page.locator('[data-card=features-7-days] tbody');
    const features = await table.locator('th a').allTextContents();
    const costs = await table.locator('td:nth-child(2)').allTextContents();
    expect(features).toContain(HOSTILE);
    const expected = await weekBy('feature', 'true');
    expect(features).toEqual(expected.map(({ name }) => name));
    expect(costs).toEqual(expected.map(({ usd }) => formatValue(usd, 'usd')));
    for (const slug of ['spend-by-feature', 'spend-by-user', 'spend-by-prompt']) {
      expect(await page.locator(`[data-card=${slug}] .chart svg path`).count()).toBeGreaterThan(20);
    }
    // Where another version took over.
    const marks = page.locator('[data-card=spend-by-prompt] .chart svg text', { hasText: ' → ' });
    expect(await marks.count()).toBeGreaterThan(0);
    const details = page.locator('[data-card=spend-by-feature] details');
    await details.locator('summary').click();
    const days = details.locator('tbody th');
    expect(await days.count()).toBe(31);
    expect(await page.title()).not.toBe('hit');
    expect(await serious(page)).toEqual([]);

    await page.locator('select[name=window]').selectOption('7d');
    await settled(page);
    expect(new URL(page.url()).search).toBe('?window=7d');
    expect(await days.count()).toBe(8);
    expect(await days.first().textContent()).toMatch(/ so far$/);
    const { rows: week } = await owner.query<{ usd: string }>(
      `select sum(cost_usd) as usd from tricost.llm_calls where feature = $1
       and (ts at time zone 'UTC')::date >= (now() at time zone 'UTC')::date - 7`,
      [HOSTILE],
    );
    const column = details.locator('thead th').filter({ hasText: HOSTILE });
    const index = await column.evaluate((cell) =>
      [...(cell.parentElement?.children ?? [])].indexOf(cell),
    );
    const shown = await details.locator(`tbody tr > :nth-child(${index + 1})`).allTextContents();
    expect(shown.filter((text) => text !== '$0.00')).toEqual([
      formatValue(week[0]?.usd ?? null, 'usd'),
    ]);

    // A click on a bar narrows, too.
    const bars = await page
      .locator('[data-card=spend-by-feature] .chart svg path[fill="#4269d0"]')
      .all();
    const boxes = (await Promise.all(bars.map((bar) => bar.boundingBox()))).flatMap(
      (box) => box ?? [],
    );
    const [tallest] = boxes.sort((a, b) => b.height - a.height);
    if (tallest === undefined) throw new Error('no bar is drawn');
    await page.mouse.click(tallest.x + tallest.width / 2, tallest.y + tallest.height / 2);
    await page.waitForURL(({ searchParams }) => searchParams.get('feature') === HOSTILE);
    await settled(page);
  });

  test('a feature and a prompt narrow the board, the address keeps them, and back undoes it', async () => {
    const page = await open('/');
    await page.locator('[data-card=features-7-days] a', { hasText: /^feature-4$/ }).click();
    await settled(page);
    expect(new URL(page.url()).search).toBe('?feature=feature-4');
    expect(await page.locator('select[name=feature]').inputValue()).toBe('feature-4');
    const narrowed = await spendOfWeek("feature = 'feature-4'");
    expect(await scalar(page, 'spend-7-days')).toBe(narrowed);
    await page.locator('select[name=environment]').selectOption('staging');
    await settled(page);
    await expect
      .poll(() => page.getByRole('status').textContent())
      .toBe('The board shows environment staging, feature feature-4.');
    expect(await scalar(page, 'spend-7-days')).toBe(
      await spendOfWeek("feature = 'feature-4' and environment = 'staging'"),
    );
    await page.locator('[data-card=prompts-30-days] a').first().click();
    await settled(page);
    expect(await page.locator('[data-card=prompts-30-days] tbody tr').count()).toBe(2);
    await page.goBack();
    await page.goBack();
    await settled(page);
    expect(await scalar(page, 'spend-7-days')).toBe(narrowed);
    await page.reload();
    await settled(page);
    expect(await scalar(page, 'spend-7-days')).toBe(narrowed);
  });

  test('in the dark and on a phone axe finds nothing, and nothing is wider than the screen', async () => {
    const page = await open('/', { viewport: PHONE, colorScheme: 'dark' });
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
    // The change is in sight.
    const change = page.locator('[data-card=features-7-days] thead th').last();
    const box = await change.boundingBox();
    expect((box?.x ?? PHONE.width) + (box?.width ?? 0)).toBeLessThan(PHONE.width);
    // Nor is a table wider than its card.
    const wider = `[...document.querySelectorAll('[data-card] .body > .scroll')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map((table) => table.closest('[data-card]').dataset.card)`;
    expect(await page.evaluate(wider)).toEqual([]);
    // The tab keeps what is narrowed.
    await page.locator('select[name=feature]').selectOption('feature-4');
    await settled(page);
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.waitForURL(/tab=operations/);
    await settled(page);
    expect(page.url()).toContain('feature=feature-4');
    expect(await serious(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width);
  });

  test('exported, it is one file with the same numbers and charts', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tricost-board-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const file = join(directory, 'board.html');
    const arguments_ = ['board', 'export', file, '--database-url', databaseUrl];
    expect(await runCommand([...arguments_, '--feature', 'feature-4'])).toMatchObject({ code: 0 });
    const page = await open(`file://${file}`);
    expect(await scalar(page, 'spend-7-days')).toBe(await spendOfWeek("feature = 'feature-4'"));
    expect(await page.locator('[data-card=latency] .chart svg path').count()).toBeGreaterThan(5);
    expect(await page.title()).not.toBe('hit');
    expect(await serious(page)).toEqual([]);
    expect(await runCommand([...arguments_, '--window', '8 days'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--window must be 7d, 30d, 90d, 395d or two dates'),
    });
  });
});
