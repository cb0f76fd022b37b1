/** What is said in the thread of an alert a day and a week after it opened: whether it goes on. */

import type { PicoUsd } from '../money.ts';
import type { ReplyState } from '../notify/reply-state.ts';
import { codeSpan } from '../slack/escape.ts';
import { type SlackMessage, section } from '../slack/message.ts';
import { formatUsd } from '../slack/numbers.ts';
import type { AlertState } from '../spend-alert/state.ts';

/** Hours after the opening, and how people call them. */
export const FOLLOW_UPS = { 24: 'a day', 168: 'a week' } as const;
export type FollowUpHours = keyof typeof FOLLOW_UPS;

const HOUR_MS = 3_600_000;

/** The same however often it is asked for, so that there is one. */
export function followUpName(openingId: string, hours: FollowUpHours): string {
  return `follow-up-${openingId}-${hours}h`;
}

export function followUpAt(openedAt: Date, hours: FollowUpHours): Date {
  return new Date(openedAt.getTime() + hours * HOUR_MS);
}

/**
 * @param state the last thing that happened to the alert; undefined: it has ended
 * @returns undefined: nothing is said, because the thread has it already, or a person has taken it on
 */
export function followUpState(state: AlertState | undefined): ReplyState | undefined {
  if (state === 'opened') return 'growing';
  return state === 'escalated' ? 'worse' : undefined;
}

export function followUpMessage(
  feature: string,
  state: ReplyState,
  hours: FollowUpHours,
  lastSevenDaysUsd: PicoUsd,
): SlackMessage {
  const says =
    state === 'worse' ? ':rotating_light: got worse' : ':hourglass_flowing_sand: still growing';
  const text = `${says}, ${FOLLOW_UPS[hours]} after it opened: ${codeSpan(feature)}, ${formatUsd(lastSevenDaysUsd)} in the last seven days`;
  return { text, blocks: [section(text)] };
}
