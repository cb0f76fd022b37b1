/** Numbers as people read them in a message. Rounded half up, away from zero. */
import { formatPicoUsd, type PicoUsd } from '../money.ts';

const CENT: PicoUsd = 10n ** 10n;
const DOLLAR: PicoUsd = 10n ** 12n;

const DOLLARS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });
const WHOLE_DOLLARS = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 0,
});
const COUNT = new Intl.NumberFormat('en-US');
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** From this many times the previous amount, a factor reads better than per cent. */
const READABLE_FACTOR = 10n;

/** `$1,234.50`. What is more than nothing never reads `$0.00`. */
export function formatUsd(amount: PicoUsd): string {
  if (amount > 0n && amount < CENT / 2n) return 'under $0.01';
  return DOLLARS.format(exact(amount));
}

/** `$1,234`: where cents say nothing. */
export function formatWholeUsd(amount: PicoUsd): string {
  return WHOLE_DOLLARS.format(exact(amount));
}

/** `$0.0197`: below a dollar, the first three digits that are not zero. */
export function formatUnitUsd(amount: PicoUsd): string {
  if (amount === 0n || amount >= DOLLAR) return DOLLARS.format(exact(amount));
  const leadingZeros = 12 - amount.toString().length;
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: Math.min(12, leadingZeros + 3),
  }).format(exact(amount));
}

/** `41,200`. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** `81.2M`. */
export function formatCompact(count: number): string {
  return COMPACT.format(count);
}

/** `62 %`; `under 1 %` for what is more than nothing. */
export function formatShare(part: PicoUsd, whole: PicoUsd): string {
  const percent = divideHalfUp(part * 100n, whole);
  return percent === 0n && part > 0n ? 'under 1 %' : `${COUNT.format(percent)} %`;
}

/** `99.2 %` of 0.9929: rounded down, so that 100 % is all. */
export function formatPercent(share: number): string {
  return `${(Math.floor(Number((1_000 * share).toPrecision(12))) / 10).toFixed(1)} %`;
}

export interface Change {
  /** `62 %`, or `21 ×` the previous amount. */
  text: string;
  kind: 'percent' | 'factor';
}

/** How much larger an amount has become; both are more than zero and `current` is not the smaller. */
export function growth(previous: bigint, current: bigint): Change {
  return current >= READABLE_FACTOR * previous
    ? { kind: 'factor', text: `${COUNT.format(divideHalfUp(current, previous))} ×` }
    : { kind: 'percent', text: `${divideHalfUp((current - previous) * 100n, previous)} %` };
}

/** ` (+55 %)`, ` (−12 %)`, ` (21 ×)`, ` (0 %)` for what rounds to it; empty when there is nothing to compare with. */
export function changeInBrackets(previous: bigint | null, current: bigint | null): string {
  if (previous === null || current === null || previous <= 0n) return '';
  if (current < previous) {
    const percent = divideHalfUp((previous - current) * 100n, previous);
    return percent === 0n ? ' (0 %)' : ` (−${percent} %)`;
  }
  const { kind, text } = growth(previous, current);
  return kind === 'factor' || text === '0 %' ? ` (${text})` : ` (+${text})`;
}

/** Neither is negative; `divisor` is not zero. */
function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}

/** Intl formats a decimal string exactly, however many digits it has. */
function exact(amount: PicoUsd): Intl.StringNumericLiteral {
  return formatPicoUsd(amount) as Intl.StringNumericLiteral;
}

/** `2.1`, `12`. */
export function formatFactor(factor: number): string {
  return factor >= 10 ? COUNT.format(Math.round(factor)) : factor.toFixed(1);
}
