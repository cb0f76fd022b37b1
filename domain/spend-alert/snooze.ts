/** What a snooze does not put off. */
import { findAll, type Part } from './rules/find.ts';
import type { Finding } from './rules/finding.ts';
import type { Series } from './rules/series.ts';
import type { RuleSettings } from './rules/settings.ts';

/** Whose spend it is: of the prompt or the user; of the other rules, the feature's. */
export type Snoozed = Pick<Finding, 'rule' | 'name'>;

/**
 * Of a prompt or a user, all else: other prompts and users, and what the feature spends more without it, because most of a feature's
 * growth may be the very dollars that were put off. Of a feature, nothing: prompts and users are parts of it.
 *
 * @param found in the feature
 */
export function besides(
  snoozed: Snoozed | undefined,
  found: readonly Finding[],
  { series, parts, settings }: { series: Series; parts: readonly Part[]; settings: RuleSettings },
): readonly Finding[] {
  if (snoozed?.rule !== 'prompt' && snoozed?.rule !== 'user') return [];
  const isIt = ({ rule, name }: Snoozed) => rule === snoozed.rule && name === snoozed.name;
  const others = found.filter((finding) => !isIt(finding));
  const part = parts.find(isIt);
  if (part === undefined) return others;
  const rest = findAll(without(series, part.series), [], settings);
  return others.flatMap((finding) => {
    if (finding.rule === 'prompt' || finding.rule === 'user') return [finding];
    const left = rest.find((one) => isOfWeek(one) === isOfWeek(finding));
    return left === undefined ? [] : [{ ...finding, weeklyExcessUsd: left.weeklyExcessUsd }];
  });
}

/** Without the day's hours: nobody reads whose they are, and the next morning knows the day. */
function without(series: Series, part: Series): Series {
  return {
    calls: series.calls.map((calls, day) => calls - (part.calls[day] ?? 0)),
    pricedCalls: series.pricedCalls.map((calls, day) => calls - (part.pricedCalls[day] ?? 0)),
    usd: series.usd.map((usd, day) => usd - (part.usd[day] ?? 0n)),
    hoursUsd: [],
  };
}

function isOfWeek({ compared }: Finding): boolean {
  return compared.span === 'week';
}
