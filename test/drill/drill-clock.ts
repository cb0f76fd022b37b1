/** The drill's clock: it can be moved forward, so that nobody waits for the hours that an alarm looks back. */

export class DrillClock {
  readonly #moves: { at: number; ms: number }[] = [];

  advance(ms: number): void {
    this.#moves.push({ at: Date.now(), ms });
  }

  now(): number {
    return this.at(Date.now() + 1);
  }

  /** Where a moment of the real clock lies on this one. */
  at(realMs: number): number {
    return this.#moves.reduce((time, { at, ms }) => (at < realMs ? time + ms : time), realMs);
  }
}
