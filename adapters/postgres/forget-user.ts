/** Forgets a user everywhere in the database: what there is, and then all of it, resumable at any point. */
import type { ClientBase } from 'pg';
import { escapeIdentifier } from 'pg';
import type { Mention } from '../../domain/forget-user/mention.ts';
import { formatPicoUsd, parsePicoUsd } from '../../domain/money.ts';
import {
  type CallsMonth,
  callMonths,
  countMentions,
  countOwnCalls,
  eraseOwnCalls,
  pseudonymiseOwnCalls,
  rewriteMentions,
} from './forget-user-in-calls.ts';
import { forgetInMessages, type MessageCounts } from './forget-user-in-messages.ts';
import { beginForgetting, endForgetting } from './forget-user-run.ts';
import { forgetInUserWindows } from './user-windows.ts';

export interface MonthCounts extends CallsMonth {
  calls: number;
  unpricedCalls: number;
  costUsd: string | null;
  /** Calls of others that hold the id's characters. */
  mentions: number;
  /** Calls that name a feature, a prompt, a model or another user with them. */
  names: number;
}

/** What the database holds about a user. */
export interface UserTraces {
  months: MonthCounts[];
  calls: number;
  unpricedCalls: number;
  /** NULL: no call has a known cost. */
  costUsd: string | null;
  /** In calls of others. */
  mentions: number;
  messages: MessageCounts;
  /** Rows whose names of features, prompts, models or other users hold the id. */
  names: number;
}

export interface ForgottenUser {
  /** Calls pseudonymised or erased. */
  calls: number;
  mentions: number;
  /** Calls in which the id is a part of a longer word. */
  left: number;
  messages: MessageCounts;
  /** An interrupted run was ended. */
  resumed: boolean;
  /** Calls of the user that arrived meanwhile. */
  arrived: number;
  /** Tables that could not be vacuumed, with why. */
  notVacuumed: string[];
}

export interface ForgetUserOptions {
  mention: Mention;
  erase: boolean;
  now: Date;
  /** After every batch. */
  onProgress(calls: number, month: CallsMonth): void;
  /** Stops between two batches; what is done stays done. */
  signal: AbortSignal;
}

const OTHER_TABLES = [
  ...['user_windows', 'alerts', 'tag_coverage_alerts', 'outbox', 'rejected_calls', 'deliveries'],
];

/** @param onMonth told before each month is read */
export async function findUser(
  client: ClientBase,
  mention: Mention,
  onMonth: (month: CallsMonth) => void = () => {},
): Promise<UserTraces> {
  const months: MonthCounts[] = [];
  for (const month of await callMonths(client)) {
    onMonth(month);
    const own = await countOwnCalls(client, month, mention.storedId);
    const others = mention.searched
      ? await countMentions(client, month, mention)
      : { mentions: 0, names: 0 };
    months.push({ ...month, ...own, ...others });
  }
  const messages = await forgetInMessages(client, mention);
  const costs = months.flatMap(({ costUsd }) => (costUsd === null ? [] : [parsePicoUsd(costUsd)]));
  return {
    months,
    calls: sum(months, ({ calls }) => calls),
    unpricedCalls: sum(months, ({ unpricedCalls }) => unpricedCalls),
    costUsd: costs.length === 0 ? null : formatPicoUsd(costs.reduce((total, cost) => total + cost)),
    mentions: sum(months, ({ mentions }) => mentions),
    messages,
    names: sum(months, ({ names }) => names) + messages.names,
  };
}

/**
 * Every step leaves nothing to do for its repetition, so a run that was killed is simply run again: it goes on under the
 * pseudonym of the first.
 *
 * @param client the owner's, without a transaction pooler in between: a lock of the session keeps other runs out
 * @throws the signal's reason when it was stopped
 */
export async function forgetUser(
  client: ClientBase,
  options: ForgetUserOptions,
): Promise<ForgottenUser> {
  const { mention, erase, now, onProgress, signal } = options;
  const { storedId } = mention;
  const { pseudonym, resumed } = await beginForgetting(client, storedId, now);
  const touched = new Set<string>();
  const done = { calls: 0, mentions: 0, left: 0 };
  for (const month of await callMonths(client)) {
    // Which months the interrupted run rewrote is not known.
    if (resumed) touched.add(month.name);
    const batch = async () => {
      if (!erase) return pseudonymiseOwnCalls(client, month, storedId, pseudonym);
      const calls = await eraseOwnCalls(client, month, storedId);
      // Calls that the interrupted run renamed, when it was told to keep them.
      return calls > 0 || !resumed ? calls : eraseOwnCalls(client, month, pseudonym);
    };
    for (let calls = await batch(); calls > 0; calls = await batch()) {
      touched.add(month.name);
      done.calls += calls;
      onProgress(done.calls, month);
      signal.throwIfAborted();
    }
    if (mention.searched) {
      const { rewritten, left } = await rewriteMentions(client, month, mention, pseudonym);
      if (rewritten > 0) touched.add(month.name);
      done.mentions += rewritten;
      done.left += left;
    }
    onProgress(done.calls, month);
    signal.throwIfAborted();
  }
  await forgetInUserWindows(client, erase ? [storedId, pseudonym] : [storedId]);
  const messages = await forgetInMessages(client, mention, pseudonym);
  const notVacuumed = await vacuum(client, [...OTHER_TABLES, ...touched]);
  // Only now: a run that is killed while it vacuums is resumed, and vacuums everything.
  await endForgetting(client, pseudonym);
  notVacuumed.push(...(await vacuum(client, ['forget_user_runs'])));
  const arrived = await countArrived(client, storedId);
  return { ...done, messages, resumed, arrived, notVacuumed };
}

async function countArrived(client: ClientBase, userId: string): Promise<number> {
  let arrived = 0;
  for (const month of await callMonths(client)) {
    arrived += (await countOwnCalls(client, month, userId)).calls;
  }
  return arrived;
}

/**
 * An update leaves the row as it was in the table's file, and the planner's statistics name the most frequent values:
 * both go with VACUUM and ANALYZE. The parent's statistics are its own, and nothing but this command renews them.
 */
async function vacuum(client: ClientBase, tables: readonly string[]): Promise<string[]> {
  const failures: string[] = [];
  const statements = tables.map(
    (table) => [table, `vacuum (analyze) tricost.${escapeIdentifier(table)}`] as const,
  );
  for (const [table, statement] of [
    ...statements,
    ['llm_calls', 'analyze tricost.llm_calls'] as const,
  ]) {
    await client.query(statement).catch((error: Error) => {
      failures.push(`${table}: ${error.message}`);
    });
  }
  return failures;
}

function sum(months: readonly MonthCounts[], count: (month: MonthCounts) => number): number {
  return months.reduce((total, month) => total + count(month), 0);
}
