/** Judges how far this machine's clock is from another one. */
import { type Check, type Finding, warning, well } from './finding.ts';

/** Alert windows and months are cut by the database's clock; signatures hold for five minutes. */
const TOLERATED_MS = 5_000;

/**
 * @param other what the other clock said
 * @param askedAt this machine's clock before the question
 * @param answeredAt and after the answer: the other clock was read at some moment between
 * @param resolutionMs of the other clock: a Date header has whole seconds
 */
export function judgeClock(
  check: Check,
  whose: string,
  reading: { other: Date; askedAt: Date; answeredAt: Date; resolutionMs: number },
): Finding {
  const { other, askedAt, answeredAt, resolutionMs } = reading;
  const early = other.getTime() + resolutionMs - askedAt.getTime();
  const late = other.getTime() - answeredAt.getTime();
  // The least that explains what was seen: a slow answer is no wrong clock.
  const skewMs = early < 0 ? early : Math.max(late, 0);
  if (Math.abs(skewMs) <= TOLERATED_MS) {
    return well(check, `this machine and ${whose} agree on the time`);
  }
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  return warning(
    check,
    `${whose} is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine`,
    'set the clock that is wrong: timedatectl set-ntp true',
  );
}
