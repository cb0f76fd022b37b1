/** What a chart draws: days on one axis, a line or a stack of bars for each series. Floats are for pixels only. */
import type { Card, Format, SeriesDisplay } from '../card.ts';
import type { CardRow } from '../card-result.ts';
import type { Window } from '../filters.ts';

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
  /** The day that is not over yet; null: it is not among the days. */
  partialDay: string | null;
  /** The parameter that a click on a series sets. */
  sets: string | null;
}

const DAY_MS = 86_400_000;

/** More days than this are drawn only as far as there are calls: an address may ask for a thousand years. */
const MOST_DAYS = 1_200;

export interface ChartOptions {
  /** Rows of the card that `card.marks` names. */
  marks: readonly CardRow[];
  window: Window | undefined;
  /** Of the reporting zone. */
  today: string;
}

export function chartOf(
  card: Card,
  rows: readonly CardRow[],
  { marks, window, today }: ChartOptions,
): Chart {
  const display = card.display as SeriesDisplay;
  const { x, y, breakout } = display;
  const days = everyDay(
    rows.flatMap((row) => row[x] ?? []),
    window,
    today,
  );
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
    marks: marks.flatMap(({ day = null, label = null, ...mark }) => {
      const isDrawn = breakout === undefined || byName.has(mark[breakout] ?? '');
      return day === null || label === null || !dayIndex.has(day) || !isDrawn
        ? []
        : [{ day, label }];
    }),
    partialDay: dayIndex.has(today) ? today : null,
    sets:
      Object.entries(card.click?.sets ?? {}).find(([, column]) => column === breakout)?.[0] ?? null,
  };
}

/** All of the window, as far as it has begun, whether there were calls or not; without one, from the first call to the last. */
function everyDay(found: readonly string[], window: Window | undefined, today: string): string[] {
  const called = [...found].sort();
  let [first, last] = [called[0], called.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (window !== undefined) {
    const from = 'days' in window ? dayOf(Date.parse(today) - window.days * DAY_MS) : window.from;
    const to = 'days' in window || window.to > today ? today : window.to;
    if (Date.parse(to) - Date.parse(from) <= MOST_DAYS * DAY_MS) {
      first = from;
      last = to;
    }
  }
  const days: string[] = [];
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += DAY_MS) days.push(dayOf(ms));
  return days;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
