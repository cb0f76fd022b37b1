/** The message as a phone shows it, and within Slack's limits whatever is in it. */
import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePicoUsd } from '../../../domain/money.ts';
import type { SlackMessage } from '../../../domain/slack/message.ts';
import { composeAlerts, composeLearning } from '../../../domain/spend-alert/compose.ts';
import { digestMessage } from '../../../domain/spend-alert/digest-message.ts';
import type { FeatureSpend } from '../../../domain/spend-alert/feature-spend.ts';
import { type Decomposition, decompose } from '../../../domain/spend-alert/growth/decompose.ts';
import type { EndedAlert, SpendAlert } from '../../../domain/spend-alert/judge.ts';
import { alertMessage, namedUser } from '../../../domain/spend-alert/message.ts';
import { signed, whyInShort, whyLines } from '../../../domain/spend-alert/why.ts';
import {
  alertOf,
  anyFeature,
  anyName,
  featureSpend,
  NOTHING,
  picoUsd,
  REPORT,
  windowSpend,
} from './example-spend.ts';
import { anySlices, slice, USUAL } from './growth/example-slices.ts';

/** Slack's own contract as this project has written it down; not part of every checkout. */
const CONTRACT =
  process.env['TRICOST_SLACK_CONTRACT'] ?? '../shared/specs/own/slack-webhook.openapi.json';

const SUPPORT: FeatureSpend = {
  feature: 'support.reply',
  previous: {
    calls: 26_500,
    pricedCalls: 26_500,
    unpricedCalls: 0,
    inputTokens: 50_000_000,
    outputTokens: 5_000_000,
    costUsd: parsePicoUsd('500.12'),
    lastDayUsd: null,
  },
  current: {
    calls: 41_212,
    pricedCalls: 41_200,
    unpricedCalls: 12,
    inputTokens: 81_234_567,
    outputTokens: 9_100_000,
    costUsd: parsePicoUsd('810.20'),
    lastDayUsd: null,
  },
  topPrompt: { id: 'sha256:5f2b', name: 'reply', version: 7, costUsd: parsePicoUsd('632') },
  topModel: { name: 'claude-sonnet-5', costUsd: parsePicoUsd('737.3') },
  topUser: { id: 'u_8842', costUsd: parsePicoUsd('283.57') },
  monthToDateUsd: parsePicoUsd('1900'),
};

const V7 = slice(
  undefined,
  { ...USUAL, input: 4_200, output: 630 },
  { promptId: 'v7', promptVersion: 7, firstSeenAt: new Date('2026-11-17T13:00:00Z') },
);

/** Version 7 of the prompt has taken over on Tuesday, with 2.1 × the tokens; and there are more calls. */
const WHY: Decomposition = {
  deltaUsd: parsePicoUsd('310.08'),
  terms: [
    {
      cause: 'prompt-version',
      usd: parsePicoUsd('248.001'),
      slices: [V7],
      among: [slice(USUAL, undefined), V7],
    },
    { cause: 'calls', usd: parsePicoUsd('62.079'), slices: [], among: [] },
  ],
};

const anyAlert: fc.Arbitrary<SpendAlert> = fc
  .record({
    spend: anyFeature.filter(({ current }) => (current.costUsd ?? 0n) > 0n),
    slices: anySlices,
    name: anyName,
    rule: fc.constantFrom('new', 'growth', 'spike', 'prompt', 'user'),
    transition: fc.constantFrom('opened', 'escalated'),
    span: fc.constantFrom('week', 'day', 'hours'),
  })
  .map(({ spend, slices, name, rule, transition, span }) => {
    const named = slices.map((one) => ({ ...one, promptName: name, model: name }));
    const alert = alertOf(
      spend,
      decompose(named, () => undefined),
    );
    const previousUsd = alert.finding.previousUsd ?? 0n;
    const isGrowth = alert.finding.currentUsd > previousUsd;
    const finding = { ...alert.finding, previousUsd: isGrowth ? previousUsd : 0n };
    const compared = { span, weeksBack: 1 };
    return { ...alert, transition, finding: { ...finding, rule, name, compared } };
  });

describe('one feature', () => {
  test('the message answers who, which prompt, how much', () => {
    expect(asText(alertMessage(alertOf(SUPPORT, WHY), REPORT))).toBe(
      `
:fire: \`support.reply\` +62 % (+$310.08): +$248.00 from prompt \`reply\` v7 (since Tue 14:00, 2.1 × tokens a call), +$62.08 more calls
---
:fire: \`support.reply\` +62 % (+$310.08): +$248.00 from prompt \`reply\` v7 (since Tue 14:00, 2.1 × tokens a call), +$62.08 more calls
+$248.00 from prompt \`reply\` v7 (since Tue 14:00, 2.1 × tokens a call)
+$62.08 more calls
Calls: 41,212 (+56 %)
Tokens: 81.2M in · 9.1M out
Cost per call: $0.0197 (+4 %)
Top prompt: \`reply\` v7 · 78 %
Top model: \`claude-sonnet-5\` · 91 %
Top user: \`u_8842\` · 35 %
Share of all spend: 41 % of $1,976.22
Projected Nov: $2,825.94
Unpriced calls: 12 this week, 0 the week before: not in these sums
(16 Nov – 22 Nov against 9 Nov – 15 Nov · Europe/Rome · data until 07:58)
`.trim(),
    );
  });

  test('of hours, it says what they were held against, and that the facts are those of the week', () => {
    const { finding, ...alert } = alertOf(SUPPORT);
    const compared = { span: 'hours', weeksBack: 1 } as const;
    const amounts = {
      previousUsd: parsePicoUsd('0.28'),
      currentUsd: parsePicoUsd('0.92'),
      weeklyExcessUsd: parsePicoUsd('6.2'),
    };
    const night = { ...finding, ...amounts, rule: 'spike' as const, compared };
    const lines = asText(alertMessage({ ...alert, finding: night }, REPORT)).split('\n');
    expect(lines[0]).toBe(':zap: `support.reply` today until 08:00 +229 % (+$0.64)');
    expect(lines.slice(3, 7)).toEqual([
      'Today until 08:00: $0.92, usually $0.28: +$6.20 a week',
      'Calls in seven days: 41,212 (+56 %)',
      'Tokens in seven days: 81.2M in · 9.1M out',
      'Cost per call in seven days: $0.0197 (+4 %)',
    ]);
  });

  test('the projection is the month so far and the week’s average for each day left', () => {
    // 1900 + 810.20 ÷ 7 × 8 days, from the 23rd to the 30th.
    expect(asText(alertMessage(alertOf(SUPPORT), REPORT))).toContain('Projected Nov: $2,825.94');
  });

  test.each<[string, FeatureSpend, string]>([
    [
      'new',
      featureSpend('x', NOTHING, windowSpend('12.30')),
      ':new: `x` is new: $12.30 this week, no calls in the weeks before',
    ],
    [
      'nothing spent before',
      featureSpend('x', windowSpend('0'), windowSpend('12.30')),
      ':fire: `x` +$12.30, from $0.00',
    ],
    [
      'nothing known before',
      featureSpend('x', windowSpend(null, 1_312), windowSpend('12.30')),
      ":fire: `x` $12.30, from an unknown amount (none of last week's 1,312 calls has a known cost)",
    ],
    [
      'a runaway',
      featureSpend('x', windowSpend('5'), windowSpend('105')),
      ':fire: `x` 21 × (+$100.00)',
    ],
    [
      'from a fraction of a cent',
      featureSpend('x', windowSpend('0.001'), windowSpend('105')),
      ':fire: `x` 105,000 × (+$105.00)',
    ],
  ])('%s', (_case, spend, expected) => {
    expect(alertMessage(alertOf(spend), REPORT).text).toBe(expected);
  });

  test('data that ends before the day says so, and a board is linked', () => {
    const report = {
      ...REPORT,
      lastCallAt: new Date('2026-11-21T22:10:00Z'),
      boardUrl: 'https://board.example/cost',
    };
    const message = alertMessage(alertOf(SUPPORT), report);
    expect(asText(message)).toContain('data until 21 Nov 23:10)');
    expect(message.blocks.at(-1)).toEqual({
      type: 'actions',
      elements: [
        {
          type: 'button',
          text: { type: 'plain_text', text: 'Open the board' },
          url: 'https://board.example/cost?feature=support.reply',
        },
      ],
    });
  });

  test('a feature called <!channel> wakes nobody', () => {
    const spend = featureSpend('<!channel>', windowSpend('5'), windowSpend('10'));
    const json = JSON.stringify(alertMessage(alertOf(spend), REPORT));
    expect(json).not.toContain('<!channel>');
    expect(json).toContain('`&lt;!channel&gt;`');
  });
});

describe('many features', () => {
  const many = (count: number, name = 'feature') =>
    Array.from({ length: count }, (_, index) =>
      alertOf(featureSpend(`${name} ${index}`, windowSpend('10'), windowSpend('20'))),
    );

  test.each([
    [10, 10],
    [11, 11],
    [500, 11],
  ])('%i alerts are %i messages', (alerts, messages) => {
    const notifications = composeAlerts(many(alerts), [], REPORT);
    expect(notifications).toHaveLength(messages);
    expect(notifications.flatMap((notification) => notification.alerts)).toHaveLength(alerts);
    expect(new Set(notifications.map(({ dedupeKey }) => dedupeKey)).size).toBe(messages);
  });

  test('the digest lists them all when they fit', () => {
    expect(asText(digestMessage(many(4), REPORT))).toBe(
      `
:fire: 4 more features up or new, together +$40.00 a week: \`feature 0\`, \`feature 1\`, \`feature 2\`, …
---
:fire: 4 more features up or new, together +$40.00 a week
:fire: \`feature 0\` +100 % (+$10.00)
:fire: \`feature 1\` +100 % (+$10.00)
:fire: \`feature 2\` +100 % (+$10.00)
:fire: \`feature 3\` +100 % (+$10.00)
(16 Nov – 22 Nov against 9 Nov – 15 Nov · Europe/Rome · data until 07:58)
`.trim(),
    );
  });

  test('and counts those that do not, whatever their names', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom('x', '<'.repeat(80), '"'.repeat(80), '🔥'.repeat(80), 'y'.repeat(3_000)),
        (count, name) => {
          const message = digestMessage(many(count, name), REPORT);
          checkLimits(message);
          const text = asText({ ...message, text: '' });
          const listed = text.match(/^:fire: `/gm)?.length ?? 0;
          const more = Number(/^… and (\d+) more$/m.exec(text)?.[1] ?? 0);
          expect(listed + more).toBe(count);
          // Room is used: a line more would not have fitted.
          if (more > 0) expect(JSON.stringify(message.blocks).length).toBeGreaterThan(11_000);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what the headline says', () => {
  const spend = featureSpend('x', windowSpend('50'), windowSpend('80'));
  const finding = {
    ...alertOf(spend).finding,
    previousUsd: 10n ** 13n,
    currentUsd: 25n * 10n ** 12n,
  };
  const day = { ...finding, compared: { span: 'day', weeksBack: 2 } } as const;
  const hours = { ...finding, compared: { span: 'hours', weeksBack: 1 } } as const;

  test.each<[string, Partial<SpendAlert>, string]>([
    ['yesterday', { finding: { ...day, rule: 'spike' } }, ':zap: `x` yesterday +150 % (+$15.00)'],
    [
      'tonight',
      { finding: { ...hours, rule: 'spike' } },
      ':zap: `x` today until 08:00 +150 % (+$15.00)',
    ],
    [
      'a prompt',
      { finding: { ...day, rule: 'prompt', name: 'reply' } },
      ':zap: `x`, prompt `reply`, yesterday +150 % (+$15.00)',
    ],
    [
      'a user, who is named where forget-user finds the name',
      { finding: { ...day, rule: 'user', name: 'u_7' } },
      ':zap: `x`, one user, yesterday +150 % (+$15.00)',
    ],
    ['worse', { transition: 'escalated' }, ':rotating_light: worse: `x` +60 % (+$30.00)'],
  ])('%s', (_case, part, expected) => {
    const message = alertMessage({ ...alertOf(spend), ...part }, REPORT);
    expect(message.text).toBe(expected);
    const who = part.finding?.rule === 'user' ? 'u_7' : 'u_8842';
    expect(JSON.stringify(message)).toContain(namedUser(who).replace('\n', '\\n'));
  });

  test.each([
    ['a day', day, ':zap: `x` on 22 Nov +150 % (+$15.00)'],
    ['hours', hours, ':zap: `x` on 23 Nov until 12:00 +150 % (+$15.00)'],
  ])('%s of a date that is caught up later is named', (_case, compared, expected) => {
    const later = { ...REPORT, asOf: new Date('2026-11-25T07:00:00Z') };
    const alert = { ...alertOf(spend), finding: { ...compared, rule: 'spike' as const } };
    expect(alertMessage(alert, later).text).toBe(expected);
  });

  test.each([
    ['before the windows', '2026-11-08T22:59:59Z'],
    ['after them, as imported calls do', '2026-11-22T23:00:00Z'],
  ])('a version that arrived %s is not said to be there since then', (_case, instant) => {
    const firstSeenAt = new Date(instant);
    const [version, calls] = WHY.terms;
    if (version === undefined || calls === undefined) throw new Error('no terms');
    const late = { ...version, slices: [{ ...V7, firstSeenAt }] };
    expect(
      whyLines({ ...WHY, terms: [late, calls] }, REPORT.windows, REPORT.windows.currentEnd)[0],
    ).toBe('+$248.00 from prompt `reply` v7 (2.1 × tokens a call)');
  });

  test.each<[string, [Decomposition['terms'][number]['cause'], string][], string]>([
    [
      'the second term may be less',
      [
        ['tokens', '32.13'],
        ['calls', '-6.45'],
      ],
      '+$32.13 from 2.3 × tokens a call, −$6.45 fewer calls',
    ],
    [
      'the larger of the others goes second',
      [
        ['calls', '60'],
        ['tokens', '20'],
        ['price', '-40'],
      ],
      '+$60.00 more calls, −$40.00 lower prices',
    ],
    [
      'what took off is not named by what added in it',
      [
        ['calls', '60'],
        ['prompts', '-20'],
      ],
      '+$60.00 more calls, −$20.00 other prompts',
    ],
    [
      'a small one is left out',
      [
        ['calls', '60'],
        ['price', '-0.01'],
      ],
      '+$60.00 more calls',
    ],
    ['nothing grew', [['calls', '-5']], ''],
  ])('%s', (_case, terms, expected) => {
    const wordier = slice(USUAL, {
      ...USUAL,
      input: USUAL.input * 2.3,
      output: USUAL.output * 2.3,
    });
    const why = {
      deltaUsd: terms.reduce((sum, [, usd]) => sum + parsePicoUsd(usd), 0n),
      terms: terms.map(([cause, usd]) => ({
        ...{ cause, usd: parsePicoUsd(usd) },
        ...{ slices: cause === 'tokens' || cause === 'prompts' ? [wordier] : [], among: [] },
      })),
    };
    const { windows } = REPORT;
    expect(whyInShort(why, windows, windows.currentEnd)).toBe(expected);
  });

  test('a version that arrived in the night is said to be there since then, of its hours', () => {
    const firstSeenAt = new Date('2026-11-23T01:30:00Z');
    const [version, calls] = WHY.terms;
    if (version === undefined || calls === undefined) throw new Error('no terms');
    const tonight = { ...version, slices: [{ ...V7, firstSeenAt }] };
    const why = { ...WHY, terms: [tonight, calls] };
    const alert = { ...alertOf(spend, why), finding: { ...hours, rule: 'spike' as const } };
    expect(alertMessage(alert, REPORT).text).toContain('v7 (since Mon 02:30, 2.1 × tokens a call)');
  });

  test('terms are shown to the cent, and sum to the growth as it is shown', () => {
    fc.assert(
      fc.property(anySlices, (slices) => {
        const why = decompose(slices, () => undefined);
        // As BigInt: terms that all but cancel each other are larger than a number holds to the cent.
        const cents = (text: string) =>
          text.includes('under')
            ? 0n
            : BigInt(text.replace(/[^0-9]/g, '')) * (text.startsWith('−') ? -1n : 1n);
        const lines = whyLines(why, REPORT.windows, REPORT.windows.currentEnd);
        const shown = lines.map((line) => cents(line.split(' ')[0] ?? ''));
        const sum = shown.reduce((total, amount) => total + amount, 0n);
        expect(sum).toBe(cents(signed(why.deltaUsd)));
      }),
    );
  });
});

describe('the end', () => {
  const ended = (count: number): EndedAlert[] =>
    Array.from({ length: count }, (_, n) => ({
      transition: 'resolved',
      openedOn: '2026-11-03',
      spend: featureSpend(`f${n}`, windowSpend('10'), windowSpend('20')),
    }));

  test('of one alert is one line', () => {
    const [notification] = composeAlerts([], ended(1), REPORT);
    expect(notification?.message.text).toBe(
      ':white_check_mark: over: `f0` no longer rises: $20.00 in the last seven days (since 3 Nov)',
    );
  });

  test('of many is one message', () => {
    const notifications = composeAlerts([], ended(40), REPORT);
    expect(notifications).toHaveLength(1);
    expect(notifications[0]?.message.text).toBe(':white_check_mark: 40 alerts are over');
    expect(notifications[0]?.alerts).toHaveLength(40);
  });
});

test('learning is one line', () => {
  const { message, dedupeKey } = composeLearning('2026-12-07', 'Europe/Rome');
  expect(dedupeKey).toBe('learning');
  expect(asText(message)).toBe(
    `
:seedling: tricost is learning until 2026-12-07: spend alerts compare two full weeks
---
:seedling: tricost is learning until 2026-12-07: spend alerts compare two full weeks
(The first alerts can come on 7 Dec, once 14 days of calls are there · Europe/Rome)
`.trim(),
  );
});

describe('any features, any amounts', () => {
  test('every message keeps to our limits', () => {
    everyMessage(checkLimits);
  });

  test('every message keeps to Slack’s contract', (test) => {
    if (!existsSync(CONTRACT)) test.skip(`no contract at ${CONTRACT}; set TRICOST_SLACK_CONTRACT`);
    const valid = new Ajv2020({ strict: false }).compile(requestSchema());
    everyMessage((message) => {
      expect(valid(message), JSON.stringify(valid.errors)).toBe(true);
    });
    expect(valid({ ...alertMessage(alertOf(SUPPORT), REPORT), blocks: [] })).toBe(false);
  });
});

/** The schema of what a webhook takes. */
function requestSchema(): object {
  const { paths } = JSON.parse(readFileSync(CONTRACT, 'utf8'));
  return paths['/services/{t}/{b}/{s}'].post.requestBody.content['application/json'].schema;
}

function everyMessage(check: (message: SlackMessage) => void): void {
  fc.assert(
    fc.property(fc.array(anyAlert, { maxLength: 30 }), picoUsd, (alerts, rest) => {
      const features = alerts.map(({ spend }) => spend);
      const ended = features.map((spend): EndedAlert => {
        return { transition: 'resolved', openedOn: '2026-11-03', spend };
      });
      const spent = features.reduce((sum, { current }) => sum + (current.costUsd ?? 0n), rest);
      const report = { ...REPORT, totalUsd: spent, boardUrl: 'https://board.example/' };
      for (const { message } of composeAlerts(alerts, ended, report)) check(message);
    }),
    { numRuns: 200 },
  );
}

/** https://docs.slack.dev/reference/block-kit/blocks, and the undocumented limit of all blocks. */
function checkLimits({ text, blocks }: SlackMessage): void {
  expect(text.length).toBeLessThanOrEqual(4_000);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(12_000);
  for (const block of blocks) {
    if (block.type !== 'section') continue;
    expect(block.text?.text.length ?? 1).toBeLessThanOrEqual(3_000);
    expect(block.text?.text).not.toBe('');
    expect(block.fields?.length ?? 1).toBeLessThanOrEqual(10);
    for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2_000);
  }
}

/** What a reader sees, top to bottom. */
function asText({ text, blocks }: SlackMessage): string {
  const lines = blocks.flatMap((block) => {
    if (block.type === 'context') return block.elements.map((element) => `(${element.text})`);
    if (block.type === 'actions') return block.elements.map((element) => `[${element.text.text}]`);
    const fields = block.fields?.map((field) => field.text.replace(/^\*(.*)\*\n/, '$1: ')) ?? [];
    return [...(block.text === undefined ? [] : [block.text.text]), ...fields];
  });
  return [text, '---', ...lines].join('\n');
}
