/** What `tricost deliveries` says, for people and for programs. */
import type { DeliveryFacts } from '../adapters/postgres/inspect-deliveries.ts';
import type { QueueCounts } from '../adapters/sqs/queue-depth.ts';
import {
  type DeliveryGap,
  type Judgement,
  type ProducerAccount,
  type Totals,
  totals,
} from '../domain/deliveries/account.ts';
import { columns } from './columns.ts';
import { printable } from './printable.ts';

export interface DeliveryAccount extends DeliveryFacts, Judgement {
  queue: QueueCounts;
  deadLetters: { messages: number; lookedAt: number; numbered: number };
}

export function accountAsJson(account: DeliveryAccount): object {
  const { producers, gaps, queue, deadLetters, rejectedUnread, verdict, lostAtLeast } = account;
  return {
    verdict,
    lost_at_least: lostAtLeast,
    totals: countsAsJson(totals(producers)),
    queue: { visible: queue.visible, not_visible: queue.notVisible, delayed: queue.delayed },
    dead_letters: {
      messages: deadLetters.messages,
      looked_at: deadLetters.lookedAt,
      numbered: deadLetters.numbered,
    },
    rejected_unread: rejectedUnread,
    gaps: gaps.map(({ producer, hour, firstSequence, lastSequence, missing }) => ({
      producer_id: producer,
      hour: hour.toISOString(),
      first_sequence: firstSequence,
      last_sequence: lastSequence,
      missing,
    })),
    producers: producers.map(({ producer, lastReceivedAt, ...counts }) => ({
      producer_id: producer,
      last_received_at: lastReceivedAt?.toISOString() ?? null,
      ...countsAsJson(counts),
    })),
  };
}

function countsAsJson(counts: Totals): object {
  return {
    envelopes_sent: counts.sent,
    envelopes_arrived: counts.arrived,
    envelopes_dead_letters: counts.deadLetters,
    envelopes_missing: counts.missing,
    envelopes_overdue: counts.overdue,
    envelopes_repeated: counts.repeated,
    numbers_used_twice: counts.usedTwice,
    events: counts.events,
    events_stored: counts.stored,
    events_rejected: counts.rejected,
    calls_dropped: counts.dropped,
  };
}

const HEADER = [
  ...['envelopes of', 'sent', 'arrived', 'dead letters', 'missing', 'for a day'],
  ...['events', 'stored', 'rejected', 'dropped by it'],
];

/** So many producers or gaps; every start of a process is a producer. */
const SHOWN = 20;

export function printAccount(account: DeliveryAccount): void {
  const { producers, gaps, queue, deadLetters, rejectedUnread } = account;
  const rows = producers
    .slice(0, SHOWN)
    .map(({ producer, ...counts }) => row(printable(producer), counts));
  const total = row(`all ${producers.length}`, totals(producers));
  const numbers = HEADER.map((_, at) => at).slice(1);
  for (const line of columns([HEADER, ...rows, total], numbers)) console.log(line);
  if (producers.length > SHOWN) {
    console.log(`the first ${SHOWN} of them, those with gaps before the others; --json has all`);
  }
  console.log(
    `\nin the calls queue, counted and not named: ${queue.visible} waiting, ${queue.notVisible} being stored or parked, ${queue.delayed} delayed`,
  );
  console.log(
    `in its dead-letter queue: ${deadLetters.messages}, ${deadLetters.lookedAt} of them looked at, ${deadLetters.numbered} numbered`,
  );
  console.log(`rejected with their number unread, in 30 days: ${rejectedUnread}`);
  for (const producer of producers.filter(({ usedTwice }) => usedTwice > 0)) {
    console.log(sharedId(producer));
  }
  if (gaps.length > 0) console.log('\nmissing for more than a day:');
  for (const gap of gaps.slice(0, SHOWN)) console.log(`  ${gapLine(gap)}`);
  if (gaps.length > SHOWN) console.log(`  and ${gaps.length - SHOWN} more gaps`);
  console.log(`\n${conclusion(account)}`);
}

function row(name: string, counts: Totals): string[] {
  const { sent, arrived, deadLetters, missing, overdue } = counts;
  const { events, stored, rejected, dropped } = counts;
  return [
    name,
    ...[sent, arrived, deadLetters, missing, overdue, events, stored, rejected, dropped].map(
      (count) => count?.toLocaleString('en') ?? '?',
    ),
  ];
}

function sharedId({ producer, usedTwice }: ProducerAccount): string {
  return `${printable(producer)} used ${usedTwice} of its numbers for different envelopes: two processes share the id, which must be made anew at every start; what is missing of one hides behind the other`;
}

function gapLine({ producer, hour, firstSequence, lastSequence, missing }: DeliveryGap): string {
  const size = lastSequence - firstSequence + 1;
  const numbers =
    size === 1 ? `number ${firstSequence}` : `numbers ${firstSequence} to ${lastSequence}`;
  const which = missing === size ? '' : `, ${missing} of them`;
  return `${printable(producer)}: ${numbers}${which}; a later one arrived at ${hour.toISOString().slice(0, 13)} h UTC`;
}

function conclusion({ verdict, lostAtLeast, producers }: DeliveryAccount): string {
  if (verdict === 'lost') {
    return `lost: at least ${lostAtLeast}, which are in no queue and were not rejected`;
  }
  if (verdict === 'complete') return 'nothing that a producer numbered is missing for a day';
  if (totals(producers).overdue === 0) return 'nobody can tell, because an id is shared';
  return 'nobody can tell: what is missing for a day may be among what is only counted. While no message waits for a day (the alarms calls-waiting and calls-late are quiet), it is not in the queue';
}
