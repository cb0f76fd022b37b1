/** A connection that writes down how long its statements took, by what they read. */
import type { Client } from 'pg';

export interface StatementTime {
  /** The first view or table that is named. */
  reads: string;
  statements: number;
  ms: number;
}

/** @returns the same connection, and what has been asked since */
export function timed(client: Client): { client: Client; times: StatementTime[] } {
  const times: StatementTime[] = [];
  const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
  const timedQuery = async (text: string, ...rest: unknown[]) => {
    const startedAt = performance.now();
    const result = await query(text, ...rest);
    const ms = performance.now() - startedAt;
    const reads = /\b(?:reporting|tricost)\.\w+/.exec(text)?.[0] ?? text.slice(0, 40);
    const known = times.find((time) => time.reads === reads);
    if (known === undefined) times.push({ reads, statements: 1, ms });
    else Object.assign(known, { statements: known.statements + 1, ms: known.ms + ms });
    return result;
  };
  const proxy = new Proxy(client, {
    get: (target, name) => (name === 'query' ? timedQuery : Reflect.get(target, name, target)),
  });
  return { client: proxy, times };
}
