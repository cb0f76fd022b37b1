/** A card as HTML: a number, a table, or a chart with its table. Whatever came from outside passes through `escapeHtml`. */
import { escapeHtml } from '../../domain/escape-html.ts';
import type { Card, Column, FilterName, ScalarDisplay, TableDisplay } from '../card.ts';
import type { CardRow } from '../card-result.ts';
import type { Filters } from '../filters.ts';
import { formatValue, isNumber } from './format.ts';
import { type Chart, chartOf } from './series.ts';

export interface RenderOptions {
  filters: Filters;
  /** Rows of the card that `card.marks` names. */
  marks: readonly CardRow[];
  /** The day that it is in the reporting zone. */
  today: string;
  /** The address of the page narrowed so; absent: the page cannot be narrowed. */
  addressOf?: (filters: Filters) => string;
}

export interface RenderedCard {
  html: string;
  /** What the page draws above the table. */
  chart: Chart | null;
}

export function renderCard(
  card: Card,
  rows: readonly CardRow[],
  options: RenderOptions,
): RenderedCard {
  switch (card.display.kind) {
    case 'scalar':
    case 'smartscalar':
      return { html: scalar(card, card.display, rows), chart: null };
    case 'table':
      return {
        html: rows.length === 0 ? nothing(card) : table(card, card.display, rows, options),
        chart: null,
      };
    default: {
      const chart = chartOf(card, rows, { ...options, window: options.filters.window });
      if (chart.series.length === 0) return { html: nothing(card), chart: null };
      return { html: chartHtml(card, chart), chart };
    }
  }
}

function nothing({ empty = 'No calls in these days.' }: Card): string {
  return `<p class="nothing">${escapeHtml(empty)}</p>`;
}

function scalar(card: Card, display: ScalarDisplay, rows: readonly CardRow[]): string {
  const { kind, value, time } = display;
  const column = columnOf(card, value);
  const current = rows.at(-1)?.[value] ?? null;
  const parts = [`<p class="number">${escapeHtml(formatValue(current, column.format))}</p>`];
  if (kind === 'smartscalar') parts.push(comparison(rows.at(-2)?.[value] ?? null, current, column));
  const details = card.columns.filter(
    ({ name, lacks }) => name !== value && name !== time && lacks !== true,
  );
  for (const { name, title, format } of details) {
    const text = formatValue(rows.at(-1)?.[name] ?? null, format);
    parts.push(`<p class="detail"><b>${escapeHtml(text)}</b> ${escapeHtml(title)}</p>`);
  }
  const missing = lacking(card, rows.at(-1));
  if (missing !== '') parts.push(`<p class="detail lacks">${escapeHtml(missing)}</p>`);
  return parts.join('');
}

/** What the first number leaves out; empty: nothing. */
function lacking({ columns }: Card, row: CardRow | undefined): string {
  return columns
    .filter(({ name, lacks }) => lacks === true && Number(row?.[name] ?? 0) > 0)
    .map(({ name, title, format }) => {
      const count = row?.[name] ?? null;
      return `${formatValue(count, format)} ${count === '1' ? title.replace(/^calls /, 'call ') : title}`;
    })
    .join(', ');
}

function comparison(previous: string | null, current: string | null, column: Column): string {
  if (previous === null || current === null) return '<p class="detail">nothing to compare with</p>';
  const was = `from <b>${escapeHtml(formatValue(previous, column.format))}</b>`;
  const before = Number(previous);
  if (before === 0) return `<p class="detail">${was}</p>`;
  const ratio = Number(current) / before - 1;
  return `<p class="detail">${changeHtml(String(ratio))} ${was}</p>`;
}

/** A change below is not coloured: every week differs a little. */
const NOTABLE = 0.1;

/** The direction is said, not only coloured. */
function changeHtml(ratio: string): string {
  const text = formatValue(ratio, 'change');
  const sign = text.startsWith('+') ? '▲' : text.startsWith('-') ? '▼' : '';
  const className = Math.abs(Number(ratio)) < NOTABLE ? '' : sign === '▲' ? ' rise' : ' fall';
  return `<span class="change${className}"><span aria-hidden="true">${sign}</span> ${text}</span>`;
}

function table(
  card: Card,
  { highlight }: TableDisplay,
  rows: readonly CardRow[],
  options: RenderOptions,
): string {
  const columns = card.columns.filter(
    ({ name, once, under, lacks, unseen }) =>
      name !== highlight &&
      [once, under, lacks, unseen].every((isElsewhere) => isElsewhere !== true),
  );
  const head = columns.map(
    (column) => `<th scope="col"${classes(column)}>${escapeHtml(column.title)}</th>`,
  );
  const largest = new Map(
    columns
      .filter(({ bar }) => bar === true)
      .map(({ name }) => [name, Math.max(...rows.map((row) => Number(row[name] ?? 0)))]),
  );
  const body = rows.map((row) => {
    const badge = highlight === undefined ? null : (row[highlight] ?? null);
    const cells = columns.map((column, index) => {
      const value = row[column.name] ?? null;
      const content = cellContent(card, column, row, options);
      if (index === 0) {
        const said = badge === null ? '' : ` <span class="badge">${escapeHtml(badge)}</span>`;
        return `<th scope="row">${content}${said}${details(card, row, value)}</th>`;
      }
      const most = largest.get(column.name) ?? 0;
      if (most <= 0) return `<td${classes(column)}>${content}</td>`;
      const part = ((Number(value ?? 0) / most) * 100).toFixed(1);
      return `<td class="number bar" style="--part:${part}%">${content}</td>`;
    });
    return `<tr${badge === null ? '' : ' class="stands"'}>${cells.join('')}</tr>`;
  });
  const notes = card.columns
    .filter(({ once }) => once === true)
    .map(({ name, title, format }) => `${title} ${formatValue(rows[0]?.[name] ?? null, format)}`);
  if (rows.length > ROWS_IN_SIGHT) notes.unshift(`${rows.length} rows: the table scrolls`);
  return `${scrollable(
    card,
    `<table><caption class="unseen">${escapeHtml(`${card.title}. ${card.question}`)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`,
  )}${notes.map((note) => `<p class="detail">${escapeHtml(note)}</p>`).join('')}`;
}

/** More of them are scrolled, which not every browser shows. */
const ROWS_IN_SIGHT = 9;

function details(card: Card, row: CardRow, value: string | null): string {
  const texts = card.columns
    .filter(({ under }) => under === true)
    .map(({ name, format }) =>
      row[name] === null || row[name] === value ? '' : formatValue(row[name] ?? null, format),
    )
    .filter((text) => text !== '');
  const missing = lacking(card, row);
  const lines =
    texts.length === 0 ? [] : [`<span class="under">${breakable(texts.join(' · '))}</span>`];
  if (missing !== '') lines.push(`<span class="under lacks">${escapeHtml(missing)}</span>`);
  return lines.join('');
}

/** Long names may break after a sign, not within a word. */
function breakable(text: string): string {
  return escapeHtml(text).replace(/[._/:-](?=\w)/g, '$&<wbr>');
}

function cellContent(
  card: Card,
  { name, format }: Column,
  row: CardRow,
  { filters, addressOf }: RenderOptions,
): string {
  const value = row[name] ?? null;
  if (format === 'change' && value !== null) return changeHtml(value);
  const shown = formatValue(value, format);
  const text = format === 'text' ? breakable(shown) : escapeHtml(shown);
  const { click } = card;
  if (click?.column !== name || value === null || addressOf === undefined) return text;
  const others = { ...filters };
  const wanted: Filters = {};
  for (const [parameter, column] of Object.entries(click.sets) as [FilterName, string][]) {
    delete others[parameter];
    const set = row[column] ?? null;
    if (set !== null) wanted[parameter] = set;
  }
  const isSet = (Object.keys(click.sets) as FilterName[]).every(
    (parameter) => filters[parameter] === wanted[parameter],
  );
  const narrowed = isSet ? others : { ...others, ...wanted };
  const hint = isSet ? ' aria-current="true" title="Show all again"' : '';
  return `<a href="${escapeHtml(addressOf(narrowed))}"${hint}>${text}</a>`;
}

/** The drawing, which the page's program puts into the figure, and the same numbers as a table. */
function chartHtml(card: Card, { kind, days, series, format, partialDay }: Chart): string {
  const head = ['Day', ...series.map(({ name }) => name)].map(
    (name, index) =>
      `<th scope="col"${index === 0 ? '' : ' class="number"'}>${escapeHtml(name)}</th>`,
  );
  const body = days
    .map((day, index) => {
      const cells = series.map(({ values }) => {
        const value = values[index] ?? null;
        const text = formatValue(value === null ? null : String(value), format);
        return `<td class="number">${escapeHtml(text)}</td>`;
      });
      return `<tr><th scope="row">${escapeHtml(day)}${day === partialDay ? ' so far' : ''}</th>${cells.join('')}</tr>`;
    })
    .reverse();
  const numbers = `<table><caption class="unseen">${escapeHtml(card.title)}, by day, newest first</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
  return `<div class="chart" role="img" aria-label="${escapeHtml(`${card.title}. ${card.question} The table below has the numbers.`)}"></div>
${partialDay === null ? '' : `<p class="detail">${kind === 'bar' ? 'Pale' : 'Dashed'} at the end: today so far.</p>`}
<details><summary>Numbers<span class="unseen"> of ${escapeHtml(card.title)}</span></summary>${scrollable(card, numbers)}</details>`;
}

/** What is wider than a phone can be scrolled, by keyboard too. */
function scrollable(card: Card, html: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(card.title)}">${html}</div>`;
}

function classes({ format, wide }: Column): string {
  const names = [
    isNumber(format) ? 'number' : format === 'text' ? 'text' : [],
    wide === true ? 'wide' : [],
  ].flat();
  return names.length === 0 ? '' : ` class="${names.join(' ')}"`;
}

function columnOf(card: Card, name: string): Column {
  const column = card.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`the card ${card.slug} has no column ${name}`);
  return column;
}
