/** The newest calls, for a person who watches. */
import type { ClientBase } from 'pg';
import type { CallRow } from '../../domain/ingest-calls/call-row.ts';

export type TailedCall = { ts: Date; received_at: Date } & Pick<
  CallRow,
  | 'cost_usd'
  | 'event_id'
  | 'feature'
  | 'input_tokens'
  | 'model'
  | 'output_tokens'
  | 'price_status'
  | 'prompt_version'
  | 'status'
  | 'user_id'
>;

/** As text: a Date has no microseconds, and the page after a truncated moment would begin with the same calls. */
interface Position {
  exact_received_at: string;
  exact_ts: string;
}

const PAGE_ROWS = 1_000;

/** The moment by the clock that stamps `received_at`, whatever the watcher's own clock says. */
export async function databaseTime(client: ClientBase): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell the time');
  return row.now;
}

/** All calls received since a moment, oldest first. Only those that started within the last day: `ts` has the index. */
export async function* callsReceivedSince(
  client: ClientBase,
  since: Date,
): AsyncGenerator<TailedCall> {
  let last: (TailedCall & Position) | undefined;
  do {
    const { rows } = await client.query<TailedCall & Position>(
      `select ts, received_at, event_id, feature, user_id, prompt_version, model, input_tokens, output_tokens,
         cost_usd, price_status, status, received_at::text as exact_received_at, ts::text as exact_ts
       from reporting.llm_calls
       where ts >= now() - interval '1 day' and received_at >= $1
         and ($2::timestamptz is null
           or (received_at, ts, event_id) > ($2::timestamptz, $3::timestamptz, $4::uuid))
       order by received_at, ts, event_id
       limit $5`,
      [since, last?.exact_received_at, last?.exact_ts, last?.event_id, PAGE_ROWS],
    );
    for (const { exact_received_at: _, exact_ts: __, ...call } of rows) yield call;
    last = rows.length < PAGE_ROWS ? undefined : rows.at(-1);
  } while (last !== undefined);
}
