/** A query is the same in each of the forms in which a server gives it; what differs is named by its path. */
import { expect, test } from 'vitest';
import { differences, normalizedQuery } from '../../../board/provision/differences.ts';

const TAG = {
  id: '5f0b0c3e-0000-5000-8000-000000000000',
  name: 'window',
  'display-name': 'Window',
  type: 'dimension',
  'widget-type': 'date/all-options',
  default: 'past30days~',
};
const SQL = 'select 1 where {{window}}';
const stage = (tags: unknown) => ({
  'lib/type': 'mbql/query',
  database: 7,
  stages: [{ 'lib/type': 'mbql.stage/native', native: SQL, 'template-tags': tags }],
});
const sent = stage({ window: { ...TAG, dimension: ['field', {}, 101] } });

test.each([
  [
    'a map of tags, with an id of the server (0.57 on)',
    stage({ window: { ...TAG, dimension: ['field', { 'lib/uuid': 'x' }, 101] } }),
  ],
  [
    'a list of tags (0.63 on)',
    stage([{ ...TAG, dimension: ['field', { 'lib/uuid': 'x' }, 101], required: false }]),
  ],
  [
    'a default as a list',
    stage([{ ...TAG, dimension: ['field', {}, 101], default: ['past30days~'] }]),
  ],
  [
    'the older form',
    {
      database: 7,
      type: 'native',
      native: {
        query: SQL,
        'template-tags': { window: { ...TAG, dimension: ['field', 101, null] } },
      },
    },
  ],
])('%s is what was sent', (_, given) => {
  expect(differences(normalizedQuery(sent), normalizedQuery(given))).toEqual([]);
});

test('another column, text or default is a difference', () => {
  const given = stage([{ ...TAG, dimension: ['field', {}, 102], default: 'past7days' }]);
  given.stages[0] = { ...given.stages[0], native: 'select 2' } as (typeof given.stages)[0];
  expect(differences(normalizedQuery(sent), normalizedQuery(given), 'query')).toEqual([
    'query.sql',
    'query.tags.window.default',
    'query.tags.window.dimension',
  ]);
});

test('of maps the keys that are wanted, of lists all', () => {
  expect(differences({ a: 1, b: [1] }, { a: 1, b: [1], c: 2 })).toEqual([]);
  expect(differences({ a: { b: [1] } }, { a: { b: [1, 2] } })).toEqual(['a.b']);
  expect(differences({ a: [{ b: 1 }] }, { a: [{ b: 2 }] })).toEqual(['a[0].b']);
  expect(differences({ a: null }, {})).toEqual([]);
  expect(differences({ a: {} }, { a: 'text' })).toEqual(['a']);
});
