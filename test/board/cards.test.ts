/** Every card's query runs as a dashboard's role on a real Postgres, whatever is set, and gives the columns that the card shows. */
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Card } from '../../board/card.ts';
import { UNPRICED } from '../../board/cards/unpriced.ts';
import { CARDS } from '../../board/cards.ts';
import { expand } from '../../board/expand.ts';
import { type Filters, readFilters } from '../../board/filters.ts';
import { GRID_COLUMNS, TABS } from '../../board/layout.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';

const ALL: Filters = {
  window: { from: '2026-02-01', to: '2026-02-28' },
  environment: 'production',
  model: 'gpt-5',
  feature: 'support.reply',
  prompt: 'support.reply',
};
const FILTERS = { none: {}, default: readFilters(new URLSearchParams()), all: ALL };

let reader: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(new Date(), { monthsBack: 3, monthsAhead: 1 });
  reader = new pg.Client({ connectionString: owned.database.url });
  await reader.connect();
  await reader.query('set role tricost_readonly');
  return async () => {
    await reader.end();
    await owned.drop();
  };
});

describe.each(CARDS)('$slug', (card) => {
  test.each(Object.entries(FILTERS))('runs with filters: %s', async (_, filters) => {
    const { text, values } = expand(card, filters);
    const { fields } = await reader.query(text, values);
    expect(fields.map(({ name }) => name)).toEqual(card.columns.map(({ name }) => name));
  });

  test('shows columns that it has', () => {
    const { display, click } = card;
    const shown =
      display.kind === 'table'
        ? [display.highlight]
        : 'value' in display
          ? [display.value, display.time]
          : [display.x, ...display.y, display.breakout];
    const names = card.columns.map(({ name }) => name);
    for (const name of [...shown, click?.column]) {
      if (name !== undefined) expect(names).toContain(name);
    }
  });

  test('uses each parameter that it declares', () => {
    const used = new Set([...card.sql.matchAll(/\{\{(\w+)\}\}/g)].map(([, tag]) => tag));
    expect([...used].sort()).toEqual([...card.parameters].sort());
  });
});

test('beside numbers that leave calls out is the number of these calls, for who sees one value of a card', () => {
  const rows = TABS.flatMap(({ sections }) => sections.flatMap((section) => section.rows));
  const cardsOf = (row: (typeof rows)[number]) =>
    row.cards.flatMap(({ slug }) => CARDS.filter((card) => card.slug === slug));
  const numbers = rows.map(cardsOf).filter((cards) => cards.some(leavesCallsOut));
  expect(numbers).not.toEqual([]);
  for (const cards of numbers) {
    for (const { parameters } of cards.filter(leavesCallsOut)) {
      expect(
        cards.some(
          (card) =>
            'value' in card.display &&
            card.display.value === UNPRICED.name &&
            card.parameters.join() === parameters.join(),
        ),
      ).toBe(true);
    }
  }
});

function leavesCallsOut({ display, columns }: Card): boolean {
  return 'value' in display && columns.some(({ lacks }) => lacks === true);
}

test('every card stands in one place, and every row is full', () => {
  const rows = TABS.flatMap(({ sections }) => sections.flatMap((section) => section.rows));
  for (const { cards } of rows)
    expect(cards.reduce((sum, { width }) => sum + width, 0)).toBe(GRID_COLUMNS);
  expect(rows.flatMap(({ cards }) => cards.map(({ slug }) => slug)).sort()).toEqual(
    CARDS.map(({ slug }) => slug).sort(),
  );
});
