/** Writes rows of llm_calls: one statement a chunk, idempotent, and no row keeps its neighbours out. */
import { type ClientBase, DatabaseError } from 'pg';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import type { PlannedCall } from '../../domain/ingest-calls/plan-batch.ts';
import { type CallColumn, COLUMN_TYPES, filledColumns, inputText } from './call-columns.ts';
import { copyCalls } from './copy-calls.ts';
import { retryConflicts } from './retry-conflicts.ts';
import { isMissingPartition, isRefusedData } from './sql-state.ts';

export interface InsertResult {
  /** Rows that are new. */
  stored: number;
  /** Rows that were there already. */
  duplicate: number;
  /** Rows that Postgres refuses for good, with why. */
  refused: { call: PlannedCall; detail: string }[];
  /** Rows that were not written, because something is down or their month has no partition. */
  failed: PlannedCall[];
  /** Why, when there are failed rows. */
  failure?: unknown;
  /** Whether the failure is one that would meet any other row as well. */
  isDown: boolean;
}

const CHUNK_ROWS = 5_000;

/** Below, a round trip more costs more than COPY saves: docs/decisions/0017-insert-or-copy.md. */
const COPY_ROWS = 100;

/**
 * Inserts calls that are sorted by (ts, event_id).
 *
 * @param client connected as tricost_ingest; each chunk is a transaction of its own, without a named statement or session
 *   state, so a transaction pooler may stand between
 */
export async function insertCalls(
  client: ClientBase,
  calls: readonly PlannedCall[],
): Promise<InsertResult> {
  const result: InsertResult = { stored: 0, duplicate: 0, refused: [], failed: [], isDown: false };
  for (let start = 0; start < calls.length; start += CHUNK_ROWS) {
    try {
      await writeChunk(client, calls.slice(start, start + CHUNK_ROWS), result);
    } catch (error) {
      // Whatever is down stays down for the next chunk: the rest waits in the queue.
      result.failed.push(...calls.slice(start));
      result.failure = error;
      result.isDown = true;
      return result;
    }
  }
  return result;
}

async function writeChunk(
  client: ClientBase,
  calls: readonly PlannedCall[],
  result: InsertResult,
): Promise<void> {
  const copied = calls.length < COPY_ROWS ? undefined : await tryCopy(client, calls);
  if (copied === undefined) {
    await insertChunk(client, calls, result);
    return;
  }
  result.stored += copied;
  result.duplicate += calls.length - copied;
}

/** Halves a chunk that holds a row which cannot be stored until that row stands alone. */
async function insertChunk(
  client: ClientBase,
  calls: readonly PlannedCall[],
  result: InsertResult,
): Promise<void> {
  try {
    const stored = await insertOnce(client, calls);
    result.stored += stored;
    result.duplicate += calls.length - stored;
  } catch (error) {
    if (!isRefusedData(error) && !isMissingPartition(error)) throw error;
    const [only] = calls;
    if (calls.length === 1 && only !== undefined) {
      setAside(only, error, result);
      return;
    }
    const middle = Math.ceil(calls.length / 2);
    await insertChunk(client, calls.slice(0, middle), result);
    await insertChunk(client, calls.slice(middle), result);
  }
}

function setAside(call: PlannedCall, error: unknown, result: InsertResult): void {
  if (!isRefusedData(error)) {
    result.failed.push(call);
    result.failure = error;
    return;
  }
  // Neither the message nor the detail of the error: both quote the row.
  const where = error.constraint ?? error.column ?? 'the row';
  result.refused.push({ call, detail: `Postgres refused ${where} (SQLSTATE ${error.code})` });
}

/**
 * COPY is twice as fast as an INSERT, but knows no ON CONFLICT. Calls are seldom delivered twice, so it
 * is tried first; whatever Postgres says against it, the INSERT decides.
 *
 * @returns how many rows are new; undefined when none was written
 */
async function tryCopy(
  client: ClientBase,
  calls: readonly PlannedCall[],
): Promise<number | undefined> {
  const rows = calls.map(({ row }) => row);
  try {
    return await retryConflicts(() => copyInTransaction(client, rows));
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

/**
 * Not by itself: when Postgres refuses a row in the middle of the data, a pooler would take the end of the statement for the
 * end of the transaction, and give the server connection away while the rest of the data is still on its way to it. In a
 * transaction it stays ours until the rollback.
 */
async function copyInTransaction(client: ClientBase, rows: readonly CallRow[]): Promise<number> {
  await client.query('begin');
  try {
    const copied = await copyCalls(client, rows);
    await client.query('commit');
    return copied;
  } catch (error) {
    // Without an answer of the server the connection is of no more use, and a rollback would only wait for nothing.
    if (error instanceof DatabaseError) await client.query('rollback');
    throw error;
  }
}

/** @returns how many rows are new */
async function insertOnce(client: ClientBase, calls: readonly PlannedCall[]): Promise<number> {
  const rows = calls.map(({ row }) => row);
  const columns = filledColumns(rows);
  const statement = insertStatement(columns);
  const values = columns.map((column) => arrayText(rows, column));
  const { rowCount } = await retryConflicts(() => client.query(statement, values));
  return rowCount ?? 0;
}

/** Functions in the select list run in step, one row at a time; `from unnest(…, …)` would first write each array to a store of its own. */
function insertStatement(columns: readonly CallColumn[]): string {
  const arrays = columns.map((column, index) => {
    const type = COLUMN_TYPES[column];
    // Postgres has no array of arrays of different lengths: such a value travels as text.
    return type.endsWith('[]')
      ? `unnest($${index + 1}::text[])::${type}`
      : `unnest($${index + 1}::${type}[])`;
  });
  return `insert into tricost.llm_calls (${columns.join(', ')})
select ${arrays.join(', ')}
on conflict do nothing`;
}

/** The column as an array literal: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayText(rows: readonly CallRow[], column: CallColumn): string {
  return `{${rows.map((row) => element(inputText(row, column))).join(',')}}`;
}

function element(value: string | null): string {
  return value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
