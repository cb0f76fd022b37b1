/** Features for tests of the rule and the messages. */
import fc from 'fast-check';
import { type PicoUsd, parsePicoUsd } from '../../../domain/money.ts';
import type { FeatureSpend, WindowSpend } from '../../../domain/spend-alert/feature-spend.ts';
import type { Decomposition } from '../../../domain/spend-alert/growth/decompose.ts';
import type { SpendAlert } from '../../../domain/spend-alert/judge.ts';
import type { SpendReport } from '../../../domain/spend-alert/report.ts';
import { readSettings } from '../../../domain/spend-alert/rules/settings.ts';
import { spendWindows } from '../../../domain/spend-alert/windows.ts';

export function windowSpend(usd: string | null, calls = 100): WindowSpend {
  return {
    calls,
    pricedCalls: usd === null ? 0 : calls,
    unpricedCalls: usd === null ? calls : 0,
    inputTokens: calls * 1_000,
    outputTokens: calls * 100,
    costUsd: usd === null ? null : parsePicoUsd(usd),
    lastDayUsd: null,
  };
}

export const NOTHING: WindowSpend = {
  calls: 0,
  pricedCalls: 0,
  unpricedCalls: 0,
  inputTokens: null,
  outputTokens: null,
  costUsd: null,
  lastDayUsd: null,
};

export function featureSpend(
  feature: string,
  previous: WindowSpend,
  current: WindowSpend,
): FeatureSpend {
  return {
    feature,
    previous,
    current,
    topPrompt: { id: 'sha256:5f2b', name: 'reply', version: 7, costUsd: current.costUsd },
    topModel: { name: 'claude-sonnet-5', costUsd: current.costUsd },
    topUser: { id: 'u_8842', costUsd: current.costUsd },
    monthToDateUsd: current.costUsd,
  };
}

export const REPORT: SpendReport = {
  windows: spendWindows('2026-11-23', 'Europe/Rome'),
  totalUsd: parsePicoUsd('1976.22'),
  lastCallAt: new Date('2026-11-23T06:58:00Z'),
  boardUrl: undefined,
  asOf: new Date('2026-11-23T07:00:00Z'),
};

/** Amounts from nothing to absurd, with the small ones as likely as the large ones. */
export const picoUsd: fc.Arbitrary<PicoUsd> = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.bigInt({ min: 0n, max: 10n ** 6n }))
  .map(([power, digits]) => (digits * 10n ** BigInt(power)) / 1_000n);

const anyWindow: fc.Arbitrary<WindowSpend> = fc
  .record({
    pricedCalls: fc.integer({ min: 0, max: 10_000_000 }),
    unpricedCalls: fc.integer({ min: 0, max: 1_000 }),
    inputTokens: fc.option(fc.maxSafeNat()),
    outputTokens: fc.option(fc.maxSafeNat()),
    costUsd: picoUsd,
  })
  .map((window) => ({
    ...window,
    calls: window.pricedCalls + window.unpricedCalls,
    costUsd: window.pricedCalls === 0 ? null : window.costUsd,
    lastDayUsd: null,
  }));

/** Names that try to break out, among names of any characters. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '<!channel>',
    '<!here|x>',
    '<@U123>',
    '`*_~`',
    '```\ncode\n```',
    '&lt;!channel&gt;',
    '\u202Egnp.exe',
    '\u200B\u200D\uFEFF',
    'a\r\nb\u2028c',
    'x'.repeat(3_000),
    '🔥'.repeat(1_500),
    '👩‍💻'.repeat(500),
    `e${'\u0301'.repeat(3_000)}`,
    '<'.repeat(3_000),
    'http://example.com/?a=1&b=2',
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
);

export const anyFeature: fc.Arbitrary<FeatureSpend> = fc
  .record({
    feature: anyName,
    previous: anyWindow,
    current: anyWindow,
    promptId: anyName,
    promptName: fc.option(anyName),
    version: fc.option(fc.integer({ min: 1, max: 1_000 })),
    model: anyName,
    userId: anyName,
    monthToDateUsd: fc.option(picoUsd),
  })
  .map(({ promptId, promptName, version, model, userId, ...spend }) => ({
    ...spend,
    topPrompt: { id: promptId, name: promptName, version, costUsd: spend.current.costUsd },
    topModel: { name: model, costUsd: spend.current.costUsd },
    topUser: { id: userId, costUsd: spend.current.costUsd },
  }));

/** As the rules of the week find it. */
export function alertOf(spend: FeatureSpend, why?: Decomposition): SpendAlert {
  const isNew = spend.previous.calls === 0;
  const previousUsd = isNew ? 0n : spend.previous.costUsd;
  const currentUsd = spend.current.costUsd ?? 0n;
  return {
    transition: 'opened',
    finding: {
      rule: isNew ? 'new' : 'growth',
      name: null,
      compared: { span: 'week', weeksBack: 1 },
      previousUsd,
      currentUsd,
      weeklyExcessUsd: currentUsd - (previousUsd ?? 0n),
    },
    weeklyExcessUsd: currentUsd - (previousUsd ?? 0n),
    settings: readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' }),
    spend,
    why,
  };
}
