/** What a rule found. */
import type { PicoUsd } from '../../money.ts';

/**
 * - `new`: calls in the last seven days, and none in the weeks before.
 * - `growth`: the last seven days against the seven before.
 * - `spike`: yesterday against the same day of recent weeks.
 * - `prompt`, `user`: the same of one prompt, and of one user, of a feature.
 */
export type SpendRule = 'new' | 'growth' | 'spike' | 'prompt' | 'user';

/** Two spans of time: the last seven days and the seven before, yesterday and the same day some weeks ago, today's hours likewise. */
export interface Compared {
  span: 'week' | 'day' | 'hours';
  weeksBack: number;
}

export interface Finding {
  rule: SpendRule;
  /** Of the prompt or the user; null: of neither, or a prompt without a name. */
  name: string | null;
  compared: Compared;
  /** null: the calls to compare with are all of unknown cost. */
  previousUsd: PicoUsd | null;
  currentUsd: PicoUsd;
  /** What is spent more in a week, or would be in a week of such days: what findings of all rules are compared by. */
  weeklyExcessUsd: PicoUsd;
}

/** Orders by what is spent more in a week, most first. */
export function byExcess(
  { weeklyExcessUsd: a }: Pick<Finding, 'weeklyExcessUsd'>,
  { weeklyExcessUsd: b }: Pick<Finding, 'weeklyExcessUsd'>,
): number {
  return Number(b - a);
}
