/** The canary: a numbered envelope without events. It takes the way of a call, and is never counted as one. */

/** Whoever looks for gaps in the numbers of producers leaves this one out: its runs may be switched off. */
export const CANARY_PRODUCER = 'tricost-canary';

const QUARTER_MS = 15 * 60_000;

/** The number of the canary due at a moment: however often a run is tried, it sends the same one. */
export function canarySequence(dueAt: Date): number {
  return Math.floor(dueAt.getTime() / QUARTER_MS);
}

/** As a message body. */
export function canaryEnvelope(sequence: number): string {
  return JSON.stringify({ v: 1, producer_id: CANARY_PRODUCER, sequence, events: [] });
}
