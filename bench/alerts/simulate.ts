/** Lives through the generated half year morning by morning, with what had arrived by then, and writes down every message. */

import type { PicoUsd } from '../../domain/money.ts';
import { findAll, isClear, type Part } from '../../domain/spend-alert/rules/find.ts';
import type { Finding, SpendRule } from '../../domain/spend-alert/rules/finding.ts';
import { HISTORY_DAYS, type Series, WEEK_DAYS } from '../../domain/spend-alert/rules/series.ts';
import { readSettings } from '../../domain/spend-alert/rules/settings.ts';
import { type AlertStatus, advance } from '../../domain/spend-alert/state.ts';
import { DAYS, type DayOfFeature, type World } from './generate.ts';

/** As everybody has them who sets nothing. */
const SETTINGS = readSettings({ growthRatio: 0.3, minimumSpendUsd: '5' });
const MINIMUM_USD = 5;
const GROWTH = 1.3;

/** Two weeks are learned from, as in the product. */
export const FIRST_MORNING = 2 * WEEK_DAYS;
const PICO_PER_MICRO = 1_000_000n;
const SAME_HOURS = 6;

export interface Message {
  feature: number;
  /** On its morning, at 08:00. */
  day: number;
  kind: 'opened' | 'escalated' | 'resolved';
}

/** What is read of a day: its total, or a part of it. */
type Column = 'total' | 'prompt' | 'user';

/** @param rule only this one; undefined: all of them, as in the product */
export function simulate({ features }: World, rule?: SpendRule): Message[] {
  return features.flatMap((days, feature) => {
    const messages: Message[] = [];
    let status: AlertStatus | undefined;
    for (let day = FIRST_MORNING; day < DAYS; day += 1) {
      const series = seriesOf(days, day, 'total');
      const parts: Part[] = [
        { rule: 'prompt', name: 'reply', series: seriesOf(days, day, 'prompt') },
        { rule: 'user', name: 'u_1', series: seriesOf(days, day, 'user') },
      ];
      const found = only(findAll(series, parts, SETTINGS), rule);
      const over =
        status !== undefined && status.state !== 'resolved' && isClear(series, parts, SETTINGS);
      const excess = largest(found);
      const date = String(day).padStart(3, '0');
      const kind = advance(status, { date, weeklyExcessUsd: excess, isClear: over });
      if (kind === undefined) continue;
      status = { state: kind, toldUsd: excess ?? 0n, snoozedUntil: undefined };
      messages.push({ feature, day, kind });
    }
    return messages;
  });
}

/** The recipe's: rolling windows from now on back, two weeks that are both there, and every morning anew. */
export function simulateRecipe({ features }: World): Message[] {
  return features.flatMap((days, feature) =>
    Array.from({ length: DAYS - FIRST_MORNING - 1 }, (_, index) => index + FIRST_MORNING + 1)
      .filter((day) => {
        const current = rolling(days, day, 0);
        const previous = rolling(days, day, WEEK_DAYS);
        return previous > 0 && current > GROWTH * previous && current > MINIMUM_USD;
      })
      .map((day) => ({ feature, day, kind: 'opened' as const })),
  );
}

function only(found: readonly Finding[], rule: SpendRule | undefined): readonly Finding[] {
  return rule === undefined ? found : found.filter((finding) => finding.rule === rule);
}

function largest(found: readonly Finding[]): PicoUsd | undefined {
  return found.reduce<PicoUsd | undefined>(
    (most, { weeklyExcessUsd }) =>
      most === undefined || weeklyExcessUsd > most ? weeklyExcessUsd : most,
    undefined,
  );
}

function seriesOf(days: readonly DayOfFeature[], today: number, column: Column): Series {
  const from = Math.max(0, today - HISTORY_DAYS);
  const known = days.slice(from, today).map((day, index) => {
    const isYesterday = from + index === today - 1;
    return toPico(day[column] * (isYesterday ? 1 - day.late : 1));
  });
  const calls = known.map((usd) => (usd > 0n ? 1 : 0));
  const hours = Array.from({ length: SAME_HOURS }, (_, week) => days[today - week * WEEK_DAYS]);
  const hoursUsd = hours.flatMap((day, week) =>
    day === undefined ? [] : [toPico(day.morning * (week === 0 ? 1 - day.late : 1))],
  );
  return {
    ...{ calls, pricedCalls: calls, usd: known },
    hoursUsd: column === 'total' ? hoursUsd : [],
  };
}

/** Seven times 24 hours up to 08:00, so many days ago. */
function rolling(days: readonly DayOfFeature[], today: number, daysAgo: number): number {
  const end = today - daysAgo;
  let usd = (days[end]?.morning ?? 0) - (days[end - WEEK_DAYS]?.morning ?? 0);
  for (const [index, day] of days.slice(end - WEEK_DAYS, end).entries()) {
    const isYesterday = end - WEEK_DAYS + index === today - 1;
    usd += day.total * (isYesterday ? 1 - day.late : 1);
  }
  return usd;
}

function toPico(usd: number): PicoUsd {
  return BigInt(Math.round(usd * 1e6)) * PICO_PER_MICRO;
}
