/** A card as HTML: a number, a table, or a chart with its table. Whatever came from outside passes through `escapeHtml`. */
import { escapeHtml } from '../../domain/escape-html.ts';
import type { Card, Column, ScalarDisplay, TableDisplay } from '../card.ts';
import type { CardRow } from '../card-result.ts';
import type { Filters } from '../filters.ts';
import { formatValue, isNumber } from './format.ts';
import { type Chart, chartOf } from './series.ts';

export interface RenderOptions {
  filters: Filters;
  /** Rows of the card that `card.marks` names. */
  marks: readonly CardRow[];
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
      const chart = chartOf(card, rows, options.marks);
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
  const details = card.columns.filter(({ name }) => name !== value && name !== time);
  for (const { name, title, format } of details) {
    const text = formatValue(rows.at(-1)?.[name] ?? null, format);
    parts.push(`<p class="detail"><b>${escapeHtml(text)}</b> ${escapeHtml(title)}</p>`);
  }
  return parts.join('');
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
    ({ name, once, under }) => name !== highlight && once !== true && under !== true,
  );
  const head = columns.map(
    ({ title, format }) => `<th scope="col"${alignment(format)}>${escapeHtml(title)}</th>`,
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
      const content = cellContent(card, column, value, options);
      if (index === 0) {
        const said = badge === null ? '' : ` <span class="badge">${escapeHtml(badge)}</span>`;
        return `<th scope="row">${content}${said}${details(card, row, value)}</th>`;
      }
      const most = largest.get(column.name) ?? 0;
      if (most <= 0) return `<td${alignment(column.format)}>${content}</td>`;
      const part = ((Number(value ?? 0) / most) * 100).toFixed(1);
      return `<td class="number bar" style="--part:${part}%">${content}</td>`;
    });
    return `<tr${badge === null ? '' : ' class="stands"'}>${cells.join('')}</tr>`;
  });
  const notes = card.columns
    .filter(({ once }) => once === true)
    .map(({ name, title, format }) => `${title} ${formatValue(rows[0]?.[name] ?? null, format)}`);
  return `${scrollable(
    card,
    `<table><caption class="unseen">${escapeHtml(`${card.title}. ${card.question}`)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`,
  )}${notes.map((note) => `<p class="detail">${escapeHtml(note)}</p>`).join('')}`;
}

function details(card: Card, row: CardRow, value: string | null): string {
  const texts = card.columns
    .filter(({ under }) => under === true)
    .map(({ name, format }) =>
      row[name] === null || row[name] === value ? '' : formatValue(row[name] ?? null, format),
    )
    .filter((text) => text !== '');
  return texts.length === 0 ? '' : `<span class="under">${escapeHtml(texts.join(' · '))}</span>`;
}

function cellContent(
  card: Card,
  { name, format }: Column,
  value: string | null,
  { filters, addressOf }: RenderOptions,
): string {
  if (format === 'change' && value !== null) return changeHtml(value);
  const text = escapeHtml(formatValue(value, format));
  const { click } = card;
  if (click?.column !== name || value === null || addressOf === undefined) return text;
  const { [click.sets]: set, ...others } = filters;
  const [narrowed, hint] =
    set === value
      ? [others, ' aria-current="true" title="Show all again"']
      : [{ ...filters, [click.sets]: value }, ''];
  return `<a href="${escapeHtml(addressOf(narrowed))}"${hint}>${text}</a>`;
}

/** The drawing, which the page's program puts into the figure, and the same numbers as a table. */
function chartHtml(card: Card, { days, series, format }: Chart): string {
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
      return `<tr><th scope="row">${escapeHtml(day)}</th>${cells.join('')}</tr>`;
    })
    .reverse();
  const numbers = `<table><caption class="unseen">${escapeHtml(card.title)}, by day, newest first</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`;
  return `<div class="chart" role="img" aria-label="${escapeHtml(`${card.title}. ${card.question} The table below has the numbers.`)}"></div>
<details><summary>Numbers<span class="unseen"> of ${escapeHtml(card.title)}</span></summary>${scrollable(card, numbers)}</details>`;
}

/** What is wider than a phone can be scrolled, by keyboard too. */
function scrollable(card: Card, html: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(card.title)}">${html}</div>`;
}

function alignment(format: Column['format']): string {
  return isNumber(format) ? ' class="number"' : '';
}

function columnOf(card: Card, name: string): Column {
  const column = card.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`the card ${card.slug} has no column ${name}`);
  return column;
}
