/** Everything that the rules find in one feature's days. */
import { divideHalfEven } from '../../money.ts';
import type { Finding } from './finding.ts';
import { before, type Series, sumUsd, WEEK_DAYS, weekOf } from './series.ts';
import { multiply, type RuleSettings, relaxed } from './settings.ts';
import { spikeOfDay, spikeOfHours } from './spike.ts';
import { weekOverWeek } from './week-over-week.ts';

/** What one prompt, or one user, of the feature spent. */
export interface Part {
  rule: 'prompt' | 'user';
  /** null: the prompts without a name. */
  name: string | null;
  series: Series;
}

/** A part of a feature is smaller than it, and there are many: it must rise so many times as far. */
const PART_FACTOR = 2n;

/** The rule that a message is headed by comes first. */
export function findAll(series: Series, parts: readonly Part[], settings: RuleSettings): Finding[] {
  const found = [
    weekOverWeek(series, settings),
    spiked({ rule: 'spike', name: null, series }, settings),
    ...parts.map((part) => spiked(part, ofPart(settings))),
  ];
  return found.filter((finding) => finding !== undefined);
}

/** Whether nothing is found with thresholds half as high, neither today nor the day before. */
export function isClear(series: Series, parts: readonly Part[], settings: RuleSettings): boolean {
  const low = relaxed(settings);
  const earlier = parts.map((part) => ({ ...part, series: before(part.series, 1) }));
  return (
    findAll(series, parts, low).length === 0 &&
    findAll(before(series, 1), earlier, low).length === 0
  );
}

function ofPart(settings: RuleSettings): RuleSettings {
  return { ...settings, spikeRatio: multiply(settings.spikeRatio, PART_FACTOR) };
}

function spiked(
  { rule, name, series }: Part | { rule: 'spike'; name: null; series: Series },
  settings: RuleSettings,
): Finding | undefined {
  const day = spikeOfDay(series, settings);
  if (day !== undefined) {
    const { usualUsd: previousUsd, currentUsd, weeksBack } = day;
    const weeklyExcessUsd = BigInt(WEEK_DAYS) * (currentUsd - previousUsd);
    const compared = { span: 'day', weeksBack } as const;
    return { ...{ rule, name, compared }, ...{ previousUsd, currentUsd, weeklyExcessUsd } };
  }
  const hours = spikeOfHours(series, settings);
  if (hours === undefined) return undefined;
  const { usualUsd: previousUsd, currentUsd, weeksBack } = hours;
  // A week that rises as these hours did.
  const week = sumUsd(weekOf(series.usd, 0));
  const weeklyExcessUsd = divideHalfEven((currentUsd - previousUsd) * week, previousUsd);
  const compared = { span: 'hours', weeksBack } as const;
  return { ...{ rule, name, compared }, ...{ previousUsd, currentUsd, weeklyExcessUsd } };
}
