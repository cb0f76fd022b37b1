/** Numbers with 96 binary places in a bigint: shares and amounts a call, so finely that no pico-dollar of a sum is lost on the way. */
import { divideHalfEven } from '../../money.ts';

export type Fixed = bigint;

const PLACES = 96n;
const ONE: Fixed = 1n << PLACES;

export function fixed(whole: bigint): Fixed {
  return whole << PLACES;
}

/** `divisor` is not zero; both are whole, or both are fixed. */
export function ratio(dividend: bigint, divisor: bigint): Fixed {
  return (dividend << PLACES) / divisor;
}

export function times(a: Fixed, b: Fixed): Fixed {
  return (a * b) >> PLACES;
}

export function mean(a: Fixed, b: Fixed): Fixed {
  return (a + b) / 2n;
}

/** The nearest whole number. */
export function whole(value: Fixed): bigint {
  return divideHalfEven(value, ONE);
}
