/** `tricost tail`: calls with their cost, as they land. */
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { connect } from '../adapters/postgres/connect.ts';
import {
  callsReceivedSince,
  databaseTime,
  type TailedCall,
} from '../adapters/postgres/tail-calls.ts';
import { printable } from './printable.ts';
import { CONFIG_HELP, namedDatabase } from './target.ts';

interface TailOptions {
  databaseUrl?: string;
  config?: string;
  json?: boolean;
}

const POLL_MS = 1_000;
const LATE_COMMIT_MS = 10_000;

export function define(command: Command): void {
  command
    .option(
      '--database-url <url>',
      'connection string (default: DATABASE_URL, else the local stack)',
    )
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON object a line')
    .addHelpText(
      'after',
      '\nExamples:\n  $ npx tricost tail\n  $ npx tricost tail --json | jq .cost_usd',
    )
    .action(tail);
}

async function tail(options: TailOptions): Promise<void> {
  const client = await connect({
    ...(await namedDatabase(options)),
    applicationName: 'tricost tail',
  });
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  let since = await databaseTime(client);
  process.stderr.write('waiting for calls; Ctrl-C stops\n');
  const shown = new Map<string, Date>();
  while (!stopped.signal.aborted) {
    let newest = since;
    for await (const call of callsReceivedSince(client, since)) {
      const key = `${call.event_id} ${call.ts.toISOString()}`;
      if (!shown.has(key)) console.log(options.json === true ? JSON.stringify(call) : line(call));
      shown.set(key, call.received_at);
      newest = call.received_at;
    }
    // A row carries the time at which its transaction began: look back over those that commit late.
    since = new Date(Math.max(since.getTime(), newest.getTime() - LATE_COMMIT_MS));
    for (const [key, receivedAt] of shown) if (receivedAt < since) shown.delete(key);
    await sleep(POLL_MS, undefined, { signal: stopped.signal }).catch(() => {});
  }
  await client.end();
}

function line(call: TailedCall): string {
  const cost =
    call.cost_usd === null
      ? styleText('yellow', call.price_status.padEnd(16))
      : styleText('green', `$${call.cost_usd}`.padEnd(16));
  const tokens = `${call.input_tokens ?? '?'}→${call.output_tokens ?? '?'}`;
  return [
    call.ts.toISOString(),
    cost,
    printable(call.feature).padEnd(20),
    printable(call.user_id).padEnd(10),
    printable(call.model),
    tokens,
    call.status === 'ok' ? '' : styleText('red', call.status),
  ]
    .join('  ')
    .trimEnd();
}
