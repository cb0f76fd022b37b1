/** Every card as HTML: without a row it says so, and whatever is in its rows stays text. */
import { expect, test } from 'vitest';
import { CARDS, cardOf } from '../../board/cards.ts';
import { tabAddress } from '../../board/page/page.ts';
import { renderCard } from '../../board/page/render-card.ts';

const HOSTILE = `"><img src=x onerror='alert(1)'>`;
const options = { filters: {}, marks: [] };

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
      marks: [],
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
