/** Writes rows of llm_calls: one statement a chunk, idempotent, and no row keeps its neighbours out. */
import type { ClientBase } from 'pg';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';
import type { PlannedCall } from '../../domain/ingest-calls/plan-batch.ts';
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
}

const CHUNK_ROWS = 5_000;

/** Every column and its type; the array of a jsonb or text[] column travels as text. */
const COLUMNS = {
  ts: 'timestamptz',
  event_id: 'uuid',
  cost_usd: 'numeric',
  input_tokens: 'int',
  output_tokens: 'int',
  cache_read_tokens: 'int',
  cache_write_5m_tokens: 'int',
  cache_write_1h_tokens: 'int',
  reasoning_tokens: 'int',
  audio_input_tokens: 'int',
  audio_output_tokens: 'int',
  image_input_tokens: 'int',
  web_searches: 'int',
  prompt_version: 'int',
  latency_ms: 'int',
  ttft_ms: 'int',
  attempt: 'smallint',
  cache_hit: 'boolean',
  batch: 'boolean',
  stream: 'boolean',
  user_id: 'text',
  feature: 'text',
  prompt_id: 'text',
  prompt_name: 'text',
  provider: 'text',
  model: 'text',
  status: 'text',
  price_status: 'text',
  usage_source: 'text',
  service_tier: 'text',
  response_id: 'text',
  trace_id: 'text',
  user_tier: 'text',
  environment: 'text',
  service: 'text',
  tags: 'jsonb',
  extra: 'jsonb',
  usage_raw: 'jsonb',
  flags: 'text[]',
} as const satisfies Record<keyof CallRow, string>;

const NAMES = Object.keys(COLUMNS) as (keyof CallRow)[];
const INSERT = insertStatement();

/**
 * Inserts calls that are sorted by (ts, event_id).
 *
 * @param client connected as tricost_ingest; each chunk is its own implicit transaction, without a named statement or
 *   session state, so a transaction pooler may stand between
 */
export async function insertCalls(
  client: ClientBase,
  calls: readonly PlannedCall[],
): Promise<InsertResult> {
  const result: InsertResult = { stored: 0, duplicate: 0, refused: [], failed: [] };
  for (let start = 0; start < calls.length; start += CHUNK_ROWS) {
    try {
      await insertChunk(client, calls.slice(start, start + CHUNK_ROWS), result);
    } catch (error) {
      // Whatever is down stays down for the next chunk: the rest waits in the queue.
      result.failed.push(...calls.slice(start));
      result.failure = error;
      return result;
    }
  }
  return result;
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

async function insertOnce(client: ClientBase, calls: readonly PlannedCall[]): Promise<number> {
  const values = NAMES.map((name) => calls.map(({ row }) => encode(row, name)));
  const { rowCount } = await retryConflicts(() => client.query(INSERT, values));
  return rowCount ?? 0;
}

function encode(row: CallRow, name: keyof CallRow): string | number | boolean | null {
  if (name === 'flags') return row.flags.length === 0 ? null : row.flags.join(',');
  if (name === 'tags' || name === 'extra' || name === 'usage_raw') {
    const value = row[name];
    return value === null ? null : JSON.stringify(value);
  }
  return row[name];
}

function insertStatement(): string {
  const parameters = NAMES.map((name, index) => `$${index + 1}::${arrayType(name)}[]`);
  const selected = NAMES.map((name) =>
    COLUMNS[name] === 'jsonb'
      ? `${name}::jsonb`
      : COLUMNS[name] === 'text[]'
        ? `string_to_array(${name}, ',')`
        : name,
  );
  return `insert into tricost.llm_calls (${NAMES.join(', ')})
select ${selected.join(', ')}
from unnest(${parameters.join(', ')}) as t (${NAMES.join(', ')})
on conflict do nothing`;
}

function arrayType(name: keyof CallRow): string {
  const type = COLUMNS[name];
  return type === 'jsonb' || type === 'text[]' ? 'text' : type;
}
