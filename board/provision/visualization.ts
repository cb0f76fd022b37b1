/** How Metabase draws a card: its settings by display and by column (https://www.metabase.com/docs/latest/questions/visualizations/visualizing-results). */
import type { VisualizationSettings } from '../../adapters/metabase/bodies.ts';
import type { Card, Column, Format } from '../card.ts';

const RISE = '#ED6E6E';
const FALL = '#84BB4C';

export function visualizationSettings(card: Card): VisualizationSettings {
  return { ...displaySettings(card), column_settings: columnSettings(card.columns) };
}

/** The key of a column's settings is JSON itself. */
export function columnKey(name: string): string {
  return JSON.stringify(['name', name]);
}

function displaySettings({ display, columns }: Card): VisualizationSettings {
  switch (display.kind) {
    case 'scalar':
      return { 'scalar.field': display.value };
    case 'smartscalar':
      return {
        'scalar.field': display.value,
        'scalar.comparisons': [{ id: 'previous', type: 'previousValue' }],
        // Spend that rises is bad news.
        'scalar.switch_positive_negative': true,
      };
    case 'table':
      return {
        'table.columns': columns.map(({ name, unseen }) => ({ name, enabled: unseen !== true })),
        // Else three columns of which two are names become a pivot.
        'table.pivot': false,
        'table.column_formatting': [
          ...(display.highlight === undefined
            ? []
            : [
                rule(display.highlight, { operator: 'not-null', color: RISE, highlight_row: true }),
              ]),
          ...columns
            .filter(({ format }) => format === 'change')
            .flatMap(({ name }) => [
              rule(name, { operator: '>', value: 0.3, color: RISE }),
              rule(name, { operator: '<', value: -0.1, color: FALL }),
            ]),
        ],
      };
    default:
      return {
        'graph.dimensions': [
          display.x,
          ...(display.breakout === undefined ? [] : [display.breakout]),
        ],
        'graph.metrics': [...display.y],
        'graph.x_axis.scale': 'timeseries',
        'graph.x_axis.labels_enabled': false,
        ...(display.stacked === true ? { 'stackable.stack_type': 'stacked' } : {}),
      };
  }
}

function rule(
  column: string,
  what: { operator: string; value?: number; color: string; highlight_row?: boolean },
): object {
  return { columns: [column], type: 'single', highlight_row: false, ...what };
}

function columnSettings(columns: readonly Column[]): Record<string, object> {
  return Object.fromEntries(
    columns.map(({ name, title, format, bar }) => [
      columnKey(name),
      {
        column_title: title,
        ...formatSettings(format),
        ...(bar === true ? { show_mini_bar: true } : {}),
      },
    ]),
  );
}

function formatSettings(format: Format): object {
  switch (format) {
    case 'usd':
      return { ...DOLLARS, decimals: 2 };
    case 'usd_fine':
      return { ...DOLLARS, decimals: 4 };
    case 'count':
      return { number_style: 'decimal', decimals: 0 };
    case 'percent':
      return { number_style: 'percent', decimals: 1 };
    case 'change':
      return { number_style: 'percent', decimals: 0 };
    case 'ms':
      return { number_style: 'decimal', decimals: 0, suffix: ' ms' };
    case 'seconds':
      return { number_style: 'decimal', decimals: 0, suffix: ' s' };
    case 'day':
      return { date_style: 'YYYY-MM-DD' };
    case 'time':
      return { date_style: 'YYYY-MM-DD', time_enabled: 'minutes', time_style: 'HH:mm' };
    default:
      return {};
  }
}

const DOLLARS = {
  number_style: 'currency',
  currency: 'USD',
  currency_style: 'symbol',
  currency_in_header: false,
};
