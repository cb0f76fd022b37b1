/** Runs work in one transaction: commits its result, rolls back on any error. */
import type { ClientBase } from 'pg';

export async function inTransaction<Result>(
  client: ClientBase,
  work: () => Promise<Result>,
  isolation?: 'repeatable read',
): Promise<Result> {
  await client.query(isolation === undefined ? 'begin' : `begin isolation level ${isolation}`);
  try {
    const result = await work();
    await client.query('commit');
    return result;
  } catch (error) {
    // The connection may be gone; the error that matters is the first one.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
