/** Every card as HTML: without a row it says so, and whatever is in its rows stays text. */
import { expect, test } from 'vitest';
import { CARDS, cardOf } from '../../board/cards.ts';
import type { Window } from '../../board/filters.ts';
import { tabAddress } from '../../board/page/page.ts';
import { renderCard } from '../../board/page/render-card.ts';

const HOSTILE = `"><img src=x onerror='alert(1)'>`;
const options = { filters: {}, marks: [], today: '2026-11-28' };

test.each(CARDS)('$slug says when there is nothing', (card) => {
  const { html, chart } = renderCard(card, [], options);
  expect(chart).toBeNull();
  expect(html).toMatch(/No calls|No alert|No prompt|No event|No producer|Every call|–/);
});

test.each(CARDS)('$slug lets no text become a tag', (card) => {
  const row = Object.fromEntries(
    card.columns.map(({ name, format }) => [
      name,
      format === 'text' ? HOSTILE : format === 'day' ? '2026-11-28' : '1',
    ]),
  );
  const addressOf = () => `?x=${HOSTILE}`;
  const { html } = renderCard(card, [row, row], { ...options, addressOf });
  expect(html).not.toContain('<img');
});

test('a click narrows to the value, and a second one widens again', () => {
  const card = cardOf('features-7-days');
  const row = Object.fromEntries(card.columns.map(({ name }) => [name, '1']));
  const rendered = (feature: string | undefined) =>
    renderCard(card, [{ ...row, feature: 'a&b', alert: null }], {
      ...options,
      filters: { model: 'gpt-5', ...(feature === undefined ? {} : { feature }) },
      addressOf: (filters) => tabAddress('spend', filters),
    }).html;
  expect(rendered(undefined)).toContain('href="?model=gpt-5&amp;feature=a%26b"');
  expect(rendered('a&b')).toContain('href="?model=gpt-5" aria-current="true"');
});

test('days without calls are zero in a sum and unknown in a share', () => {
  const spend = renderCard(
    cardOf('spend-by-feature'),
    [
      { day: '2026-11-01', feature: 'a', cost_usd: '1.5' },
      { day: '2026-11-03', feature: 'a', cost_usd: null },
    ],
    options,
  );
  expect(spend.chart?.days).toEqual(['2026-11-01', '2026-11-02', '2026-11-03']);
  expect(spend.chart?.series).toEqual([{ name: 'a', values: [1.5, 0, null] }]);
  const hits = renderCard(
    cardOf('cache-hits'),
    [
      { day: '2026-11-01', cache_hit_share: '0.5', cached_input_share: null },
      { day: '2026-11-03', cache_hit_share: '0.25', cached_input_share: '0.1' },
    ],
    options,
  );
  expect(hits.chart?.series.map(({ values }) => values)).toEqual([
    [0.5, null, 0.25],
    [null, null, 0.1],
  ]);
});

test('a change says its direction, and stands out only where it is notable', () => {
  const card = cardOf('spend-7-days');
  const html = (previous: string | null, current: string) =>
    renderCard(
      card,
      [
        { last_day: '2026-11-20', cost_usd: previous },
        { last_day: '2026-11-27', cost_usd: current },
      ],
      options,
    ).html;
  expect(html('100', '142')).toContain(
    'class="change rise"><span aria-hidden="true">▲</span> +42%',
  );
  expect(html('100', '95')).toContain('class="change"><span aria-hidden="true">▼</span> -5%');
  expect(html(null, '95')).toContain('nothing to compare with');
});

test('what a number leaves out is said beside it, and only where there is something', () => {
  const scalar = (unpriced: string) =>
    renderCard(
      cardOf('spend-7-days'),
      [
        { last_day: '2026-11-20', cost_usd: '1', unpriced_calls: '5' },
        { last_day: '2026-11-27', cost_usd: '1', unpriced_calls: unpriced },
      ],
      options,
    ).html;
  expect(scalar('99')).toContain('99 calls without a price');
  expect(scalar('1')).toContain('>1 call without a price');
  expect(scalar('0')).not.toContain('without a price');
  for (const slug of ['features-7-days', 'prompts-7-days', 'users-7-days']) {
    const row = Object.fromEntries(cardOf(slug).columns.map(({ name }) => [name, '1']));
    const html = (unpriced: string) =>
      renderCard(cardOf(slug), [{ ...row, unpriced_calls: unpriced }], options).html;
    expect(html('1234')).toContain('1,234 calls without a price');
    expect(html('0')).not.toContain('without a price');
  }
});

test('nothing spent is a change, and nothing before is none', () => {
  const html = (previous: string, current: string) =>
    renderCard(
      cardOf('spend-7-days'),
      [
        { last_day: '2026-11-20', cost_usd: previous, unpriced_calls: '0' },
        { last_day: '2026-11-27', cost_usd: current, unpriced_calls: '0' },
      ],
      options,
    ).html;
  expect(html('12', '0')).toMatch(/\$0\.00.*-100%/);
  expect(html('0', '12')).toMatch(/\$12\.00.*from <b>\$0\.00/);
});

test('the axis is the window that was asked for, as far as it has begun', () => {
  const chart = (window: Window, day: string) =>
    renderCard(cardOf('spend-by-feature'), [{ day, feature: 'a', cost_usd: '1' }], {
      ...options,
      filters: { window },
    }).chart;
  const week = chart({ days: 7 }, '2026-11-26');
  expect([week?.days[0], week?.days.at(-1), week?.days.length]).toEqual([
    '2026-11-21',
    '2026-11-28',
    8,
  ]);
  expect(week?.partialDay).toBe('2026-11-28');
  const month = chart({ from: '2026-10-01', to: '2026-10-31' }, '2026-10-10');
  expect(month?.days).toHaveLength(31);
  expect(month?.partialDay).toBeNull();
  expect(chart({ from: '2026-11-20', to: '2026-12-31' }, '2026-11-26')?.days.at(-1)).toBe(
    '2026-11-28',
  );
  // A thousand years are not drawn day by day.
  expect(chart({ from: '1026-11-20', to: '2026-11-27' }, '2026-11-26')?.days).toEqual([
    '2026-11-26',
  ]);
});

test('a transition is marked where the version that took over is drawn', () => {
  const { chart } = renderCard(
    cardOf('spend-by-prompt'),
    [{ day: '2026-11-26', prompt: 'greeting v2', cost_usd: '1' }],
    {
      ...options,
      marks: [
        { day: '2026-11-26', label: 'greeting v1 → v2', prompt: 'greeting v2' },
        { day: '2026-11-26', label: 'farewell v1 → v2', prompt: 'farewell v2' },
      ],
    },
  );
  expect(chart?.marks).toEqual([{ day: '2026-11-26', label: 'greeting v1 → v2' }]);
});

test('a click on a prompt sets its feature, too, and one without a name only that', () => {
  const row = Object.fromEntries(cardOf('prompts-7-days').columns.map(({ name }) => [name, '1']));
  const html = (prompt_name: string | null, filters = {}) =>
    renderCard(cardOf('prompts-7-days'), [{ ...row, feature: 'a', prompt: 'p', prompt_name }], {
      ...options,
      filters,
      addressOf: (narrowed) => tabAddress('spend', narrowed),
    }).html;
  expect(html('p')).toContain('href="?feature=a&amp;prompt=p"');
  expect(html(null, { prompt: 'other' })).toContain('href="?feature=a"');
  expect(html('p', { feature: 'a', prompt: 'p' })).toContain('href="?" aria-current="true"');
});

test('a long name may break after a sign', () => {
  const row = Object.fromEntries(cardOf('features-7-days').columns.map(({ name }) => [name, '1']));
  const { html } = renderCard(
    cardOf('features-7-days'),
    [{ ...row, feature: 'support.reply' }],
    options,
  );
  expect(html).toContain('support.<wbr>reply');
});
