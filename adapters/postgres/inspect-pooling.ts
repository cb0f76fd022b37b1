/** Finds out by behaviour whether a transaction pooler stands between: it lends one server process to two connections. */
import type { Client } from 'pg';
import type { PoolingFacts } from '../../domain/doctor/judge-route.ts';
import { type ConnectOptions, connect } from './connect.ts';

/** A pooler may hold several idle server connections; it hands out the one used last, mostly. */
const ATTEMPTS = 3;

/**
 * While the first connection is open and idle, the second opens a transaction. Where it gets the process that served the
 * first one, or the first one then gets another, the processes are shared. A connection of its own keeps its process.
 */
export async function inspectPooling(options: ConnectOptions): Promise<PoolingFacts> {
  const first = await connect(options);
  try {
    const second = await connect(options);
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        if (await shareProcess(first, second)) return { state: 'shared' };
      }
      return { state: 'own' };
    } finally {
      await second.end();
    }
  } finally {
    await first.end();
  }
}

async function shareProcess(first: Client, second: Client): Promise<boolean> {
  const before = await processOf(first);
  await second.query('begin');
  try {
    if ((await processOf(second)) === before) return true;
    return (await processOf(first)) !== before;
  } finally {
    await second.query('rollback');
  }
}

async function processOf(client: Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}
