import { expect, test } from 'vitest';
import { dueDates } from '../../domain/due-dates.ts';

const TODAY = '2026-11-23';

test.each([
  ['a first install', undefined, undefined, ['2026-11-23']],
  ['every day done', '2026-11-22', '2026-10-01', ['2026-11-23']],
  ['today done', '2026-11-23', '2026-10-01', []],
  ['two days missed', '2026-11-20', '2026-10-01', ['2026-11-21', '2026-11-22', '2026-11-23']],
  ['a first day that never got done', undefined, '2026-11-22', ['2026-11-22', '2026-11-23']],
])('%s', (_case, lastFinished, firstStarted, expected) => {
  expect(dueDates(TODAY, { lastFinished, firstStarted, unfinished: [] })).toEqual(expected);
});

test('a long outage is caught up for its last seven days', () => {
  const dates = dueDates(TODAY, {
    lastFinished: '2026-06-01',
    firstStarted: '2026-01-01',
    unfinished: ['2026-05-01'],
  });
  expect(dates).toHaveLength(7);
  expect(dates[0]).toBe('2026-11-17');
  expect(dates.at(-1)).toBe(TODAY);
});

test('a day that failed is due again although later ones are done, for seven days', () => {
  const history = { lastFinished: TODAY, firstStarted: '2026-01-01' };
  const due = (date: string) => dueDates(TODAY, { ...history, unfinished: [date] });
  expect(due('2026-11-17')).toEqual(['2026-11-17']);
  expect(due('2026-11-16')).toEqual([]);
});
