/** The same text that Metabase gets, as one statement whose values are never part of it. */
import { expect, test } from 'vitest';
import type { Card } from '../../board/card.ts';
import { expand } from '../../board/expand.ts';

const card = (sql: string): Card => ({
  slug: 'a-card',
  title: '',
  question: '',
  sql,
  view: 'spend_by_feature_day',
  parameters: ['window', 'model'],
  display: { kind: 'table' },
  columns: [],
});

test('a tag compares the column of the view, by its whole name', () => {
  expect(expand(card('where {{model}}'), { model: "x' or true --" })).toEqual({
    text: 'where "reporting"."spend_by_feature_day"."model" = $1',
    values: ["x' or true --"],
  });
});

test('each use of a tag is a parameter of its own', () => {
  expect(expand(card('{{model}} or {{ model }}'), { model: 'gpt-5' })).toEqual({
    text: '"reporting"."spend_by_feature_day"."model" = $1 or "reporting"."spend_by_feature_day"."model" = $2',
    values: ['gpt-5', 'gpt-5'],
  });
});

test('an optional part is left out when its tag is not set, and a bare tag is true', () => {
  const { text, values } = expand(card('where {{window}} [[and {{model}}]] order by 1'), {});
  expect(text).toBe('where 1 = 1  order by 1');
  expect(values).toEqual([]);
});

test('a value that looks like a tag stays a value', () => {
  const { text } = expand(card('where {{model}}'), { model: '{{window}} $1 $&' });
  expect(text).toBe('where "reporting"."spend_by_feature_day"."model" = $1');
});

test('a window is so many whole days and today, or two dates', () => {
  expect(expand(card('{{window}}'), { window: { days: 30 } })).toEqual({
    text: '("reporting"."spend_by_feature_day"."day" >= (select today from reporting.reporting_day) - $1::int and "reporting"."spend_by_feature_day"."day" <= (select today from reporting.reporting_day))',
    values: ['30'],
  });
  expect(expand(card('{{window}}'), { window: { from: '2026-02-01', to: '2026-02-28' } })).toEqual({
    text: '("reporting"."spend_by_feature_day"."day" >= $1::date and "reporting"."spend_by_feature_day"."day" <= $2::date)',
    values: ['2026-02-01', '2026-02-28'],
  });
});

test('a tag that the card does not declare is a mistake of the card', () => {
  expect(() => expand(card('[[and {{feature}}]]'), {})).toThrow(
    'the card a-card has no parameter feature',
  );
});
