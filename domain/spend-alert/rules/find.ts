/** Everything that the rules find in one feature's days. */
import type { PicoUsd } from '../../money.ts';
import type { WindowSpend } from '../feature-spend.ts';
import { byExcess, type Finding } from './finding.ts';
import { before, type Series } from './series.ts';
import { exceeds, type RuleSettings, relaxed, times } from './settings.ts';
import { spikeOfDay, spikeOfHours } from './spike.ts';
import { weekOverWeek } from './week-over-week.ts';

/** What one prompt, or one user, of the feature spent. */
export interface Part {
  rule: 'prompt' | 'user';
  /** null: the prompts without a name. */
  name: string | null;
  series: Series;
}

/** A part of a feature is smaller than it, and there are many: it must rise so many times as far, and its day cost what a week must. */
const PART_FACTOR = { digits: 2n, scale: 0 };

/** The one that an opening is headed by comes first: what is said of the whole feature, then the part that costs most more. */
export function findAll(series: Series, parts: readonly Part[], settings: RuleSettings): Finding[] {
  const ofFeature = [
    weekOverWeek(series, settings),
    spiked({ rule: 'spike', name: null, series }, settings),
  ];
  const costly = parts.filter(
    ({ series: { usd } }) => (usd.at(-1) ?? 0n) > settings.minimumSpendUsd,
  );
  const ofParts = costly.flatMap((part) => spiked(part, ofPart(settings)) ?? []);
  return [...ofFeature.filter((finding) => finding !== undefined), ...ofParts.sort(byExcess)];
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

/**
 * Whether the rules may find something in a feature as a whole, by the two weeks, their last days, and today's hours so far beside
 * those of a week ago: of five thousand features these are few, and of the others nobody has to read six weeks of days.
 */
export function mayHaveGrown(
  {
    previous,
    current,
  }: Record<'previous' | 'current', Pick<WindowSpend, 'costUsd' | 'lastDayUsd'>>,
  hoursUsd: { today: PicoUsd; lastWeek: PicoUsd },
  { growthRatio, spikeRatio, minimumSpendUsd }: RuleSettings,
): boolean {
  const weekUsd = current.costUsd ?? 0n;
  return (
    (weekUsd > minimumSpendUsd && exceeds(weekUsd, previous.costUsd ?? 0n, growthRatio)) ||
    exceeds(current.lastDayUsd ?? 0n, previous.lastDayUsd ?? 0n, spikeRatio) ||
    exceeds(hoursUsd.today, hoursUsd.lastWeek, spikeRatio)
  );
}

/** Whether a part may be found, by its last day and the same day a week before: what cannot be, nobody has to read the other days of. */
export function mayHaveRunAway(
  currentUsd: PicoUsd,
  lastWeekUsd: PicoUsd,
  settings: RuleSettings,
): boolean {
  return exceeds(currentUsd, lastWeekUsd, ofPart(settings).spikeRatio);
}

function ofPart(settings: RuleSettings): RuleSettings {
  return { ...settings, spikeRatio: times(settings.spikeRatio, PART_FACTOR) };
}

function spiked(
  { rule, name, series }: Part | { rule: 'spike'; name: null; series: Series },
  settings: RuleSettings,
): Finding | undefined {
  const day = spikeOfDay(series, settings);
  const found = day ?? spikeOfHours(series, settings);
  if (found === undefined) return undefined;
  const { usualUsd: previousUsd, currentUsd, weeksBack, weeklyExcessUsd } = found;
  const compared = { span: day === undefined ? 'hours' : 'day', weeksBack } as const;
  return { ...{ rule, name, compared }, ...{ previousUsd, currentUsd, weeklyExcessUsd } };
}
