/** How long a message waits before it is tried again while something is down. */

const FIRST_S = 30;
const LONGEST_S = 3_600;
const JITTER = 0.25;

/**
 * 30 s, doubling with every receive, at most an hour; times 1.0 to 1.25 so that a backlog does not come back at once.
 *
 * @param receiveCount how often SQS has delivered the message, from 1
 * @param random from 0 (inclusive) to 1 (exclusive)
 * @returns whole seconds
 */
export function backoffSeconds(receiveCount: number, random: number): number {
  const doubled = FIRST_S * 2 ** Math.min(Math.max(receiveCount - 1, 0), 16);
  return Math.round(Math.min(doubled, LONGEST_S) * (1 + JITTER * random));
}
