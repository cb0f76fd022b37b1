/** What a chart draws: days on one axis, a line or a stack of bars for each series. Floats are for pixels only. */
import type { Card, Format, SeriesDisplay } from '../card.ts';
import type { CardRow } from '../card-result.ts';

export interface Series {
  name: string;
  /** One for each day; null: unknown. */
  values: (number | null)[];
}

export interface Mark {
  day: string;
  label: string;
}

export interface Chart {
  kind: SeriesDisplay['kind'];
  stacked: boolean;
  format: Format;
  days: string[];
  series: Series[];
  marks: Mark[];
  /** The parameter that a click on a series sets. */
  sets: string | null;
}

const DAY_MS = 86_400_000;

export function chartOf(card: Card, rows: readonly CardRow[], marks: readonly CardRow[]): Chart {
  const display = card.display as SeriesDisplay;
  const { x, y, breakout } = display;
  const days = everyDay(rows.map((row) => row[x] ?? ''));
  const dayIndex = new Map(days.map((day, index) => [day, index]));
  const titleOf = (name: string) => card.columns.find((column) => column.name === name)?.title;
  const format = card.columns.find(({ name }) => name === y[0])?.format ?? 'count';
  // On a day without a row nothing was called: that is zero of what is counted, and unknown of what is a ratio.
  const absent = ['usd', 'usd_fine', 'count'].includes(format) ? 0 : null;
  const byName = new Map<string, Series>();
  for (const row of rows) {
    const index = dayIndex.get(row[x] ?? '');
    if (index === undefined) continue;
    for (const column of y) {
      const name = breakout === undefined ? (titleOf(column) ?? column) : (row[breakout] ?? '');
      let series = byName.get(name);
      if (series === undefined) {
        series = { name, values: days.map(() => absent) };
        byName.set(name, series);
      }
      const value = row[column] ?? null;
      series.values[index] = value === null ? null : Number(value);
    }
  }
  return {
    kind: display.kind,
    stacked: display.stacked === true,
    format,
    days,
    series: [...byName.values()],
    marks: marks.flatMap(({ day = null, label = null }) =>
      day === null || label === null || !dayIndex.has(day) ? [] : [{ day, label }],
    ),
    sets: card.click?.sets ?? null,
  };
}

/** From the first to the last, also those that have no row. */
function everyDay(found: readonly string[]): string[] {
  const sorted = found.filter((day) => day !== '').sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const days: string[] = [];
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += DAY_MS) {
    days.push(new Date(ms).toISOString().slice(0, 10));
  }
  return days;
}
