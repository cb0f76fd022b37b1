/** The one line that says it all, in a notification and on top of the message. */
import { codeSpan } from '../slack/escape.ts';
import { formatCount, formatUsd, growth } from '../slack/numbers.ts';
import type { SpendAlert } from './judge.ts';
import { comparedUntil, hoursText, lastDayText, type SpendReport } from './report.ts';
import { signed, whyInShort } from './why.ts';

/** `` :fire: `support.reply` +62 % (+$310.08): +$248.00 from prompt `reply` v7 (since Tue 14:00), +$62.08 more calls `` */
export function headline(alert: SpendAlert, report: SpendReport): string {
  const name = codeSpan(alert.spend.feature);
  const why =
    alert.why === undefined
      ? ''
      : whyInShort(alert.why, report.windows, comparedUntil(alert.finding, report));
  const worse = alert.transition === 'escalated' ? 'worse: ' : '';
  return `${icon(alert)} ${worse}${name}${whatText(alert, report)}${why === '' ? '' : `: ${why}`}`;
}

function icon({ transition, finding }: SpendAlert): string {
  if (transition === 'escalated') return ':rotating_light:';
  if (finding.rule === 'new') return ':new:';
  return finding.rule === 'growth' ? ':fire:' : ':zap:';
}

function whatText({ finding, spend }: SpendAlert, report: SpendReport): string {
  const { rule, name, currentUsd } = finding;
  switch (rule) {
    case 'new':
      return ` is new: ${formatUsd(currentUsd)} this week, no calls in the weeks before`;
    case 'growth':
      return ` ${growthText(finding, spend.previous.calls)}`;
    case 'spike':
      return ` ${whenText(finding, report)} ${growthText(finding, 0)}`;
    case 'prompt':
      return `, prompt ${codeSpan(name ?? '(none)')}, ${whenText(finding, report)} ${growthText(finding, 0)}`;
    // Who it is stands below, where forget-user finds it.
    case 'user':
      return `, one user, ${whenText(finding, report)} ${growthText(finding, 0)}`;
  }
}

/** `yesterday`, `today until 08:00`: of what a rule found in a day or in hours. */
export function whenText({ compared }: SpendAlert['finding'], report: SpendReport): string {
  return compared.span === 'hours' ? hoursText(report, compared) : lastDayText(report);
}

function growthText(
  { previousUsd, currentUsd }: SpendAlert['finding'],
  previousCalls: number,
): string {
  const current = formatUsd(currentUsd);
  if (previousUsd === null) {
    const calls = formatCount(previousCalls);
    return `${current}, from an unknown amount (none of last week's ${calls} calls has a known cost)`;
  }
  const more = signed(currentUsd - previousUsd);
  if (previousUsd === 0n) return `${more}, from $0.00`;
  const { kind, text } = growth(previousUsd, currentUsd);
  return kind === 'factor' ? `${text} (${more})` : `+${text} (${more})`;
}
