/** Reads what one statement answers, as Postgres writes it: no number loses a digit, no date moves to another zone. */
import type { ClientBase, QueryArrayConfig } from 'pg';

export interface TextResult {
  columns: string[];
  /** In the order of the columns. */
  rows: (string | null)[][];
}

const AS_IT_COMES = { getTypeParser: () => (value: string) => value } as unknown as NonNullable<
  QueryArrayConfig['types']
>;

export async function readAsText(
  client: ClientBase,
  statement: { text: string; values: readonly string[] },
): Promise<TextResult> {
  const { fields, rows } = await client.query<(string | null)[]>({
    text: statement.text,
    values: [...statement.values],
    rowMode: 'array',
    types: AS_IT_COMES,
  });
  return { columns: fields.map(({ name }) => name), rows };
}

/**
 * Runs work that only reads, in one snapshot. Instants are written in UTC. Nothing of it outlives the transaction, so it may
 * go through a pooler.
 *
 * @param timeoutMs after which one statement fails, SQLSTATE 57014
 */
export async function readOnly<Result>(
  client: ClientBase,
  timeoutMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query('begin isolation level repeatable read read only');
  try {
    await client.query(
      "select set_config('statement_timeout', $1, true), set_config('TimeZone', 'UTC', true)",
      [String(timeoutMs)],
    );
    return await work();
  } finally {
    // The connection may be gone; the error that matters is the first one.
    await client.query('rollback').catch(() => {});
  }
}

const MAY_BECOME =
  "case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end";

/**
 * For the rest of the transaction, as a dashboard: what a login may do besides is out of reach. A login that may not become
 * tricost_readonly stays itself.
 */
export async function asDashboard(client: ClientBase): Promise<void> {
  await client.query(
    `select set_config('role', 'tricost_readonly', true) where pg_has_role(current_user, 'tricost_readonly', ${MAY_BECOME})`,
  );
}
