/** What a card's query answered. */
import type { ClientBase } from 'pg';
import { readAsText } from '../adapters/postgres/read-as-text.ts';
import type { Card } from './card.ts';
import { expand } from './expand.ts';
import type { Filters } from './filters.ts';

/** One value a column, by its name, as Postgres writes it. */
export type CardRow = Record<string, string | null>;

export async function runCard(
  client: ClientBase,
  card: Card,
  filters: Filters,
): Promise<CardRow[]> {
  const { columns, rows } = await readAsText(client, expand(card, filters));
  return rows.map((row) =>
    Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null])),
  );
}
