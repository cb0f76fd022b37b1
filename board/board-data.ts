/** What the page shows besides its cards: whose days, and what the filters can be set to. */
import type { ClientBase } from 'pg';
import { readAsText } from '../adapters/postgres/read-as-text.ts';
import boardChoices from '../sql/queries/board-choices.sql' with { type: 'text' };
import type { Card, FilterName } from './card.ts';
import { type CardRow, runCard } from './card-result.ts';
import { cardOf } from './cards.ts';
import type { Filters } from './filters.ts';

export interface BoardData {
  choices: Record<FilterName, string[]>;
  /** `Saturday …`: the reporting zone and the instant of the reading. */
  asOf: string;
}

export async function readBoardData(client: ClientBase): Promise<BoardData> {
  const { rows } = await readAsText(client, { text: boardChoices, values: [] });
  const choices: BoardData['choices'] = { environment: [], model: [], feature: [], prompt: [] };
  let asOf = '';
  for (const [kind, value] of rows) {
    if (value === null || value === undefined) continue;
    if (kind === 'as_of') asOf = value;
    else if (kind !== null && kind !== undefined && kind in choices) {
      choices[kind as FilterName].push(value);
    }
  }
  return { choices, asOf };
}

export interface CardAnswer {
  rows: CardRow[];
  /** Of the card that is marked on this one's days. */
  marks: CardRow[];
  /** The day that it is in the reporting zone. */
  today: string;
}

const TODAY = { text: 'select today from reporting.reporting_day', values: [] };

export async function answerCard(
  client: ClientBase,
  card: Card,
  filters: Filters,
): Promise<CardAnswer> {
  const rows = await runCard(client, card, filters);
  const marks = card.marks === undefined ? [] : await runCard(client, cardOf(card.marks), filters);
  const { rows: days } = await readAsText(client, TODAY);
  return { rows, marks, today: days[0]?.[0] ?? '' };
}
