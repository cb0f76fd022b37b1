/** The one line that says, every morning, that somebody has looked: silence then means that nobody has. */
import type { PicoUsd } from '../money.ts';
import type { LocalDate } from '../reporting-days.ts';
import { type SlackMessage, section } from '../slack/message.ts';
import { changeInBrackets, formatCount, formatPercent, formatWholeUsd } from '../slack/numbers.ts';
import { dataUntil, dayName, type SpendReport } from './report.ts';
import type { CoverageDay, Environment } from './tag-coverage.ts';
import { WINDOW_DAYS } from './windows.ts';

export interface Heartbeat {
  features: number;
  /** Before it, spend is not judged; undefined: it is. */
  learningUntil: LocalDate | undefined;
  previousUsd: PicoUsd;
  currentUsd: PicoUsd;
  /** That are open, those of today included. */
  openAlerts: number;
  /** Of the calls of the last seven days, the part that names feature, user and prompt; undefined: no calls. */
  coverage: number | undefined;
  /** Models of which calls have no price. */
  unpricedModels: number;
}

/** Of seven days, over all environments. */
export function coverageOfWeek(
  environments: ReadonlyMap<Environment, readonly CoverageDay[]>,
): number | undefined {
  const week = [...environments.values()].flat().filter(({ daysBack }) => daysBack <= WINDOW_DAYS);
  const calls = week.reduce((sum, day) => sum + day.calls, 0);
  return calls === 0 ? undefined : week.reduce((sum, { all }) => sum + all, 0) / calls;
}

/** `41 features checked, $1,204 this week (+3 %), 0 alerts, coverage 99.2 %, 0 unpriced, data until 07:58` */
export function heartbeatMessage(
  {
    features,
    learningUntil,
    previousUsd,
    currentUsd,
    openAlerts,
    coverage,
    unpricedModels,
  }: Heartbeat,
  { windows, lastCallAt }: SpendReport,
): SlackMessage {
  const text = [
    learningUntil === undefined
      ? `:green_heart: ${counted(features, 'feature')} checked`
      : `:seedling: learning until ${dayName(learningUntil)}, ${counted(features, 'feature')} seen`,
    `${formatWholeUsd(currentUsd)} this week${changeInBrackets(previousUsd, currentUsd)}`,
    counted(openAlerts, 'open alert'),
    `coverage ${coverage === undefined ? 'unknown' : formatPercent(coverage)}`,
    `${formatCount(unpricedModels)} unpriced`,
    `data until ${dataUntil(lastCallAt, windows)}`,
  ].join(', ');
  return { text, blocks: [section(text)] };
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;
}
