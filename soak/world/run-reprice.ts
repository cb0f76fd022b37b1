/** The process that prices calls again: `reprice` as the command calls it, with what it holds in memory after every batch. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../adapters/postgres/connect.ts';
import { RepricingBusy, reprice } from '../../adapters/postgres/reprice.ts';
import { DATED_MODEL } from '../accounting/dated-calls.ts';

const [from = '', until = ''] = process.argv.slice(2);
/** For the server to see that a killed process is gone. */
const POLL_MS = 50;

const client = await connect({
  connectionString: process.env['TRICOST_SOAK_DATABASE_URL'] ?? '',
  applicationName: 'tricost soak reprice',
});

async function run(): Promise<void> {
  const { examined, summary } = await reprice(client, {
    range: { from: new Date(from), until: new Date(until), ...DATED_MODEL },
    dryRun: false,
    signal: new AbortController().signal,
    onProgress: (count) => say({ examined: count }),
  });
  say({ examined, changed: summary.changed });
}

function say(what: { examined: number; changed?: number }): void {
  // In KiB, the most of the process's life: https://nodejs.org/api/process.html#processresourceusage
  process.stdout.write(`${JSON.stringify({ ...what, peakKib: process.resourceUsage().maxRSS })}\n`);
}

for (let isDone = false; !isDone; ) {
  try {
    await run();
    isDone = true;
  } catch (error) {
    if (!(error instanceof RepricingBusy)) throw error;
    await sleep(POLL_MS);
  }
}
await client.end();
