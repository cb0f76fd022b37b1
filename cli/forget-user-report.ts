/** What `tricost forget-user` says. Never the pseudonym: beside the id it would tell for ever whose it is. */
import type { ForgottenUser, UserTraces } from '../adapters/postgres/forget-user.ts';
import type { Mention } from '../domain/forget-user/mention.ts';
import type { MessagesUnderWay } from './messages-under-way.ts';
import { printable } from './printable.ts';

export function printTraces(
  traces: UserTraces,
  mention: Mention,
  underWay: MessagesUnderWay,
  erase: boolean,
): void {
  const { messages } = traces;
  for (const month of traces.months.filter(({ calls }) => calls > 0)) {
    console.log(`  ${month.name}  ${counted(month.calls, 'call')}  ${dollars(month.costUsd)}`);
  }
  const unpriced =
    traces.unpricedCalls === 0 ? '' : ` (${count(traces.unpricedCalls)} without a cost)`;
  const fate = erase ? 'leave the books' : 'stay in the books, under a pseudonym';
  const lines: [number, string][] = [
    [traces.calls, `calls of this user${unpriced}: ${dollars(traces.costUsd)} ${fate}`],
    [traces.mentions, 'calls of others that hold the id in tags, extra, trace or response ids'],
    [messages.alerts, 'alerts that name the user'],
    [messages.notifications, 'Slack messages that name the user, as the database keeps them'],
    [messages.rejectedEvents, 'refused events that mention the user: erased, the reason stays'],
    [messages.deliveries, 'delivery records that name the user'],
  ];
  const found = lines.filter(([rows]) => rows > 0);
  for (const [rows, what] of found) console.log(`${count(rows).padStart(10)}  ${what}`);
  if (found.length === 0) console.log('Nothing in the database names this user.');
  const notes = [...limits(traces, mention), ...outOfReach(underWay)];
  console.log(`\nNot reached:\n${notes.map((note) => `- ${note}`).join('\n')}`);
}

/** What stays in the database. */
function limits({ names, messages }: UserTraces, mention: Mention): string[] {
  const notes: string[] = [];
  if (!mention.searched) {
    notes.push(
      "the id is too short to be looked for in free text: other users' tags and extra fields, refused events that name it elsewhere than in user_id",
    );
  }
  if (names > 0) {
    notes.push(
      `${counted(names, 'name')} of features, prompts, models, services or other users with the id in them: another name would change reports, so rename by hand`,
    );
  }
  if (messages.unreadableEvents > 0) {
    notes.push(
      `${counted(messages.unreadableEvents, 'refused event')} that cannot be read, so nobody knows whom they name; deleted when 30 days old`,
    );
  }
  return notes;
}

function outOfReach(underWay: MessagesUnderWay): string[] {
  const waiting =
    'notCounted' in underWay
      ? `not counted: ${printable(underWay.notCounted)}`
      : `${count(underWay.queue)} in the queue, ${count(underWay.deadLetterQueue)} in its dead-letter queue`;
  return [
    `messages under way (${waiting}): wait until they are stored, then run this again`,
    'Slack messages already sent, backups, logs of the functions and of your apps, the providers',
  ];
}

export function printForgotten(forgotten: ForgottenUser, traces: UserTraces, erase: boolean): void {
  const { calls, mentions, left, messages, arrived, notVacuumed } = forgotten;
  if (forgotten.resumed) console.log('An interrupted run was ended; these are its last rows.');
  console.log(
    erase
      ? `Erased ${counted(calls, 'call')}; ${dollars(traces.costUsd)} left the books${forgotten.resumed ? ', besides the calls that the interrupted run had reached' : ''}.`
      : `Pseudonymised ${counted(calls, 'call')}; no total changed.`,
  );
  console.log(
    `Replaced in ${counted(mentions, 'call')} more, ${counted(messages.alerts, 'alert')}, ${counted(messages.notifications, 'Slack message')}, ${counted(messages.deliveries, 'delivery record')}; erased ${counted(messages.rejectedEvents, 'refused event')}.`,
  );
  if (left > 0) {
    console.log(`Left alone: ${counted(left, 'call')} with the id inside a longer word.`);
  }
  if (arrived > 0) {
    console.log(
      `${counted(arrived, 'call')} of this user arrived meanwhile: stop publishing them, wait until the queue is empty, and run this again.`,
    );
  }
  if (notVacuumed.length > 0) {
    console.log(
      `The old rows stay in the files until autovacuum has passed; VACUUM failed on ${notVacuumed.join('; ')}`,
    );
  }
}

export function tracesAsJson(
  { calls, unpricedCalls, costUsd, mentions, messages, names }: UserTraces,
  underWay: MessagesUnderWay,
): object {
  return {
    found: {
      calls,
      unpriced_calls: unpricedCalls,
      cost_usd: costUsd,
      mentions,
      alerts: messages.alerts,
      notifications: messages.notifications,
      rejected_events: messages.rejectedEvents,
      unreadable_events: messages.unreadableEvents,
      deliveries: messages.deliveries,
      names,
    },
    messages_under_way:
      'notCounted' in underWay
        ? { not_counted: underWay.notCounted }
        : { queue: underWay.queue, dead_letter_queue: underWay.deadLetterQueue },
  };
}

function count(rows: number): string {
  return rows.toLocaleString('en');
}

function counted(rows: number, noun: string): string {
  return `${count(rows)} ${noun}${rows === 1 ? '' : 's'}`;
}

/** Exact: these are books. */
function dollars(costUsd: string | null): string {
  return costUsd === null ? 'no known cost' : `$${costUsd}`;
}
