/** From which thresholds on the rules would find nothing: found by asking the rules themselves, whatever they compare. */
import type { PicoUsd } from '../money.ts';
import { findAll, type Part } from './rules/find.ts';
import type { SpendRule } from './rules/finding.ts';
import type { Series } from './rules/series.ts';
import type { RuleSettings } from './rules/settings.ts';
import type { ThresholdName } from './rules/thresholds.ts';

export interface QuietFrom {
  threshold: ThresholdName;
  /** Alone, the others as they are. */
  settings: Partial<RuleSettings>;
  /** What is not found then. */
  rules: readonly SpendRule[];
}

const SPIKE_RULES: readonly SpendRule[] = ['spike', 'prompt', 'user'];
const CENTS = 2;
const DOLLAR: PicoUsd = 10n ** 12n;
/** Twenty thousand times as much, and a billion dollars: what still holds then has nothing to be compared with. */
const MOST_PERCENT = 2_000_000n;
const MOST_DOLLARS = 1_000_000_000n;

/** In whole percent and whole dollars; without what no threshold of its kind would have kept quiet. */
export function quietFrom(
  series: Series,
  parts: readonly Part[],
  settings: RuleSettings,
): QuietFrom[] {
  const found = new Set(findAll(series, parts, settings).map(({ rule }) => rule));
  const holds = (changed: Partial<RuleSettings>, rules: readonly SpendRule[]) =>
    findAll(series, parts, { ...settings, ...changed }).some(({ rule }) => rules.includes(rule));
  const candidates = [
    { threshold: 'growth', rules: ['growth'], most: MOST_PERCENT, of: growthOf },
    { threshold: 'spike', rules: SPIKE_RULES, most: MOST_PERCENT, of: spikeOf },
    { threshold: 'minimum', rules: [...found], most: MOST_DOLLARS, of: minimumOf },
  ] as const;
  return candidates.flatMap(({ threshold, rules, most, of }) => {
    const quieted = rules.filter((rule) => found.has(rule));
    if (quieted.length === 0 || holds(of(most), rules)) return [];
    const least = leastThat((amount) => !holds(of(amount), rules), most);
    return [{ threshold, settings: of(least), rules: quieted }];
  });
}

function growthOf(percent: bigint): Partial<RuleSettings> {
  return { growthRatio: { digits: percent, scale: CENTS } };
}

function spikeOf(percent: bigint): Partial<RuleSettings> {
  return { spikeRatio: { digits: percent, scale: CENTS } };
}

function minimumOf(dollars: bigint): Partial<RuleSettings> {
  return { minimumSpendUsd: dollars * DOLLAR };
}

/** @param suits for `most`, and for all from the least one on */
function leastThat(suits: (amount: bigint) => boolean, most: bigint): bigint {
  let [low, high] = [0n, most];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (suits(middle)) high = middle;
    else low = middle + 1n;
  }
  return high;
}
