/** What a publisher and its spool, `tricost/spool`, know of each other. Types alone: who has no spool loads none. */
import type { Message, Producing } from './message-packer.ts';
import type { Producer } from './producer.ts';
import type { SerialisedCall } from './serialise-call.ts';

/** What a producer has taken and not delivered. */
export interface SpoolContent {
  producing: Producing;
  /** Packed and numbered: perhaps they have arrived. */
  underWay: readonly Message[];
  waiting: readonly SerialisedCall[];
}

/** Is told what becomes of a producer's calls, as it happens and in that order. Must not throw. */
export interface Journal {
  /** @param shed how many of the oldest calls had to go to make room */
  added(call: SerialisedCall, shed: number): void;
  /** Calls that never waited. */
  lost(calls: number): void;
  packed(messages: readonly Message[]): void;
  arrived(messages: readonly Message[]): void;
  /** Refused, or given up. */
  lostMessages(messages: readonly Message[]): void;
}

export interface Counts {
  taken: number;
  sent: number;
  dropped: number;
}

/** Tells of trouble. `dropped` calls were lost by it. Does not throw. */
export type Tell = (problem: string, dropped: number, cause?: unknown) => void;

/** The publisher, as its spool sees it. */
export interface SpooledPublisher {
  /** Its own producer, which also reports what dead ones cannot any more. */
  own: Producer;
  /** A producer that goes on where a dead one stopped. */
  resume(content: SpoolContent): Producer;
  tell: Tell;
}

export interface OpenSpool {
  /** Of what dead processes have left. */
  readonly counts: Counts;
  /** @returns how many calls of dead processes are still on their way when time is up */
  flush(timeoutMs: number): Promise<number>;
  /** What has not been delivered stays, and is everybody's from now on. */
  close(): void;
}

export interface Spool {
  /** @throws Error when it cannot be used */
  open(publisher: SpooledPublisher): OpenSpool;
}
