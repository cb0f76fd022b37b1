/** Until when an alert is snoozed; and what of it, when something else has got worse since. */
import type { OpenAlertRow } from '../adapters/postgres/alert-history.ts';
import { printable } from './printable.ts';

/** @returns undefined: it is not snoozed */
export function snoozeText({
  state,
  snoozedUntil,
  snoozedRule,
  snoozedName,
}: Pick<OpenAlertRow, 'state' | 'snoozedUntil' | 'snoozedRule' | 'snoozedName'>):
  | string
  | undefined {
  if (snoozedUntil === null) return undefined;
  if (state === 'snoozed') return `until ${snoozedUntil}`;
  const name = snoozedName === null ? '' : ` ${printable(snoozedName)}`;
  return `${snoozedRule}${name} snoozed until ${snoozedUntil}`;
}
