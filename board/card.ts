/** What a card of the board is: one question, one query, and how its columns are shown. */

/** What a reader may narrow the board by. Each is a tag in the SQL of the cards that it applies to: `[[AND {{model}}]]`. */
export const PARAMETERS = ['window', 'environment', 'model', 'feature', 'prompt'] as const;
export type Parameter = (typeof PARAMETERS)[number];
/** One that is a value of a column. */
export type FilterName = Exclude<Parameter, 'window'>;

/** How a value is written. Percents and changes are ratios: 0.42 is 42 %. */
export type Format =
  | 'text'
  /** A date. */
  | 'day'
  /** An instant. */
  | 'time'
  | 'count'
  /** US dollars, to the cent. */
  | 'usd'
  /** US dollars where cents say nothing: of one call, or a thousand. */
  | 'usd_fine'
  | 'percent'
  /** A ratio to an earlier value, minus one, with its sign: more is worse. NULL: there was none. */
  | 'change'
  | 'ms'
  | 'seconds';

export interface Column {
  /** As the query names it. */
  name: string;
  title: string;
  format: Format;
  /** Drawn as a bar behind the number, in proportion to the largest of the column. */
  bar?: true;
  /** A detail of the first column, which the page writes below that one's value. */
  under?: true;
  /** The same in every row, so it is said once, below the table. */
  once?: true;
  /** Calls that the first number leaves out: said below it, or below the first column, where there are any. */
  lacks?: true;
  /** There for `click`, and not shown. */
  unseen?: true;
  /** Left out where the screen is narrow. */
  wide?: true;
}

/** A number alone. `smartscalar`: the last row's, beside that of the row before. */
export interface ScalarDisplay {
  kind: 'scalar' | 'smartscalar';
  value: string;
  /** Of `smartscalar`: the column that orders the rows. */
  time?: string;
}

export interface SeriesDisplay {
  kind: 'line' | 'area' | 'bar';
  /** The column of days. */
  x: string;
  /** The columns drawn; with `breakout` exactly one. */
  y: readonly string[];
  /** The column whose values are one series each. */
  breakout?: string;
  stacked?: true;
}

export interface TableDisplay {
  kind: 'table';
  /** A column of text: rows where it is not NULL stand out, and say it. */
  highlight?: string;
}

export type Display = ScalarDisplay | SeriesDisplay | TableDisplay;

export interface Card {
  /** Never changes: what a board outside knows the card by.  */
  slug: string;
  title: string;
  /** The question that it answers, and what the answer leaves out. */
  question: string;
  sql: string;
  /** The view of schema `reporting` whose columns the parameters narrow; the query reads it without an alias. */
  view: string;
  /** In the order of PARAMETERS. */
  parameters: readonly Parameter[];
  display: Display;
  /** Every column of the result, in order. */
  columns: readonly Column[];
  /** A click on a value of `column` sets each parameter to the value of the column named, in the same row; to nothing where it is NULL. */
  click?: { column: string; sets: Partial<Record<FilterName, string>> };
  /** The slug of the card whose rows are marked on this one's days: `day`, `label`, and the series in a column named as its breakout. */
  marks?: string;
  /** What is said when there is no row. Default: that there were no calls. */
  empty?: string;
}

/** The column of `card.view` that a parameter compares. */
export function parameterColumn(parameter: Parameter): string {
  switch (parameter) {
    case 'window':
      return 'day';
    case 'prompt':
      return 'prompt_name';
    default:
      return parameter;
  }
}
