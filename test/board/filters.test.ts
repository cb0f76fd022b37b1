/** The address of the page says what the board shows, and nothing in it can break the page. */
import { expect, test } from 'vitest';
import { readFilters, writeFilters } from '../../board/filters.ts';

const read = (query: string) => readFilters(new URLSearchParams(query));

test('what is in the address comes back out of it', () => {
  const query =
    'window=2026-02-01%7E2026-02-28&environment=production&model=gpt-5&feature=a%26b&prompt=x';
  expect(writeFilters(read(query)).toString()).toBe(query);
  expect(read(query)).toEqual({
    window: { from: '2026-02-01', to: '2026-02-28' },
    environment: 'production',
    model: 'gpt-5',
    feature: 'a&b',
    prompt: 'x',
  });
});

test('thirty days are as usual and not in the address', () => {
  expect(read('')).toEqual({ window: { days: 30 } });
  expect(writeFilters(read('')).toString()).toBe('');
  expect(writeFilters(read('window=7d')).toString()).toBe('window=7d');
});

test.each([
  'window=2026-02-30~2026-03-01',
  'window=31d',
  'window=2026-03-02~2026-03-01',
  'window=~',
  'feature=',
  'feature=%00',
  'x=1',
])('%s is as if it were not there', (query) => {
  expect(read(query)).toEqual({ window: { days: 30 } });
});
