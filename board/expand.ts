/**
 * Turns a card and the filters that are set into one statement with parameters, as Metabase does with the same text: a tag becomes
 * a comparison of the view's column, `[[…]]` is left out when its tag is not set, and a bare tag that is not set is `1 = 1`
 * (https://www.metabase.com/docs/latest/questions/native-editor/optional-variables).
 */
import { type Card, PARAMETERS, type Parameter, parameterColumn } from './card.ts';
import type { Filters } from './filters.ts';

export interface Statement {
  text: string;
  values: string[];
}

const OPTIONAL = /\[\[(.*?)\]\]/gs;
const TAG = /\{\{\s*(\w+)\s*\}\}/g;

/** @throws Error when the query has a tag that the card does not declare */
export function expand(card: Card, filters: Filters): Statement {
  const values: string[] = [];
  const bind = (value: string): string => `$${values.push(value)}`;
  const condition = (tag: string): string => compare(card, tagOf(card, tag), filters, bind);
  const text = card.sql
    .replace(OPTIONAL, (_, part: string) => {
      const tags = [...part.matchAll(TAG)].map(([, tag = '']) => tagOf(card, tag));
      return tags.every((tag) => filters[tag] !== undefined) ? part : '';
    })
    .replace(TAG, (_, tag: string) => condition(tag));
  return { text, values };
}

function tagOf(card: Card, tag: string): Parameter {
  const parameter = PARAMETERS.find((name) => name === tag);
  if (parameter === undefined || !card.parameters.includes(parameter)) {
    throw new Error(`the card ${card.slug} has no parameter ${tag}`);
  }
  return parameter;
}

function compare(
  card: Card,
  parameter: Parameter,
  filters: Filters,
  bind: (value: string) => string,
): string {
  const column = `"reporting"."${card.view}"."${parameterColumn(parameter)}"`;
  if (parameter === 'window') {
    const { window } = filters;
    if (window === undefined) return '1 = 1';
    const today = '(select today from reporting.reporting_day)';
    if ('days' in window) {
      // As `past30days~` of Metabase: so many whole days and today.
      return `(${column} >= ${today} - ${bind(String(window.days))}::int and ${column} <= ${today})`;
    }
    return `(${column} >= ${bind(window.from)}::date and ${column} <= ${bind(window.to)}::date)`;
  }
  const value = filters[parameter];
  return value === undefined ? '1 = 1' : `${column} = ${bind(value)}`;
}
