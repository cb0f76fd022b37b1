/** The one line that says it all, in a notification and on top of the message. */
import { codeSpan } from '../slack/escape.ts';
import { formatCount, formatUsd, growth } from '../slack/numbers.ts';
import type { SpendAlert } from './judge.ts';

/** `` :fire: feature `support.reply` spend up 62 % WoW ($500.12 → $810.20) `` */
export function headline(alert: SpendAlert): string {
  const name = codeSpan(alert.spend.feature);
  return alert.rule === 'new'
    ? `:new: feature ${name} is new: ${formatUsd(alert.currentUsd)} this week, no calls the week before`
    : `:fire: feature ${name} spend ${growthText(alert)}`;
}

function growthText({ spend, previousUsd, currentUsd }: SpendAlert): string {
  const current = formatUsd(currentUsd);
  if (previousUsd === null) {
    const calls = formatCount(spend.previous.calls);
    return `up WoW to ${current}, from an unknown amount (none of last week's ${calls} calls has a known cost)`;
  }
  if (previousUsd === 0n) return `up WoW from $0.00 to ${current}`;
  const { kind, text } = growth(previousUsd, currentUsd);
  const up = kind === 'factor' ? `up to ${text} WoW` : `up ${text} WoW`;
  return `${up} (${formatUsd(previousUsd)} → ${current})`;
}
