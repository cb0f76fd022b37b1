/** Adds up what producers say they sent: what arrived, what lies among the dead letters, and what of the rest is lost. */

/** Of a producer that numbers its envelopes; sent = arrived + deadLetters + missing, events = stored + rejected. */
export interface ProducerAccount {
  producer: string;
  /** Null: all that is known of it are dead letters. */
  lastReceivedAt: Date | null;
  /** Envelopes, by the last number that was seen. */
  sent: number;
  arrived: number;
  /** Seen in the dead-letter queue, and nowhere else. */
  deadLetters: number;
  missing: number;
  /** Of the missing ones, those that were passed by a later one a day ago. */
  overdue: number;
  /** Arrived more often than once: harmless. */
  repeated: number;
  /** Numbers under which different envelopes arrived: two processes share the id. */
  usedTwice: number;
  /** In the envelopes that arrived. */
  events: number;
  /** Null: not known, because some came before rejected events were counted. */
  stored: number | null;
  rejected: number | null;
  /** Calls that the producer says it could not send. */
  dropped: number;
}

/** Numbers of a producer that were passed by a later one a day ago. */
export interface DeliveryGap {
  producer: string;
  /** When the first later one arrived. */
  hour: Date;
  firstSequence: number;
  lastSequence: number;
  /** Of these numbers, without dead letters. */
  missing: number;
}

/** Where overdue envelopes may be besides: places that can be counted, and not named. */
export interface Unnamed {
  /** Messages in the calls queue: waiting, being stored, parked. */
  queued: number;
  /** Dead letters that nobody looked at. */
  deadLetters: number;
  /** Messages that were rejected before their number could be read. */
  rejected: number;
}

/** undecided: as many are overdue as may be in a place that is only counted, or numbers were used twice. */
export type Verdict = 'complete' | 'undecided' | 'lost';

export interface Judgement {
  verdict: Verdict;
  /** Envelopes that are in none of the places for certain. */
  lostAtLeast: number;
}

export function judgeDeliveries(
  producers: readonly ProducerAccount[],
  { queued, deadLetters, rejected }: Unnamed,
): Judgement {
  const overdue = producers.reduce((sum, producer) => sum + producer.overdue, 0);
  const lostAtLeast = Math.max(0, overdue - queued - deadLetters - rejected);
  if (lostAtLeast > 0) return { verdict: 'lost', lostAtLeast };
  const isDoubtful = overdue > 0 || producers.some(({ usedTwice }) => usedTwice > 0);
  return { verdict: isDoubtful ? 'undecided' : 'complete', lostAtLeast };
}

export type Totals = Omit<ProducerAccount, 'producer' | 'lastReceivedAt'>;

export function totals(producers: readonly ProducerAccount[]): Totals {
  const sum = (count: (producer: ProducerAccount) => number) =>
    producers.reduce((total, producer) => total + count(producer), 0);
  const known = (count: (producer: ProducerAccount) => number | null) =>
    producers.some((producer) => count(producer) === null)
      ? null
      : sum((producer) => count(producer) ?? 0);
  return {
    sent: sum(({ sent }) => sent),
    arrived: sum(({ arrived }) => arrived),
    deadLetters: sum(({ deadLetters }) => deadLetters),
    missing: sum(({ missing }) => missing),
    overdue: sum(({ overdue }) => overdue),
    repeated: sum(({ repeated }) => repeated),
    usedTwice: sum(({ usedTwice }) => usedTwice),
    events: sum(({ events }) => events),
    stored: known(({ stored }) => stored),
    rejected: known(({ rejected }) => rejected),
    dropped: sum(({ dropped }) => dropped),
  };
}
