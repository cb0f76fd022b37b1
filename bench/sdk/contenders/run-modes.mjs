/** Runs every mode with one wrapper, and prints what the app saw and what was recorded, as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeProviders } from 'tricost/testing';
import { MODES } from './modes/modes.mjs';

/** For what a wrapper records after the app is done. */
const SETTLE_MS = 250;

const { start } = await import(`./modes/${process.argv[2]}.mjs`);
const providers = await startFakeProviders();
const { openai: provider, hosts } = providers;
let unhandled;
process.on('unhandledRejection', (error) => {
  unhandled = error;
});

const rows = [];
for (const [mode, app, ...faults] of MODES) {
  provider.fail(...faults);
  unhandled = undefined;
  const { openai, recorded } = start({ baseURL: `${provider.url}/v1`, apiKey: 'test' }, hosts);
  const saw = await seen(() => app(openai));
  await sleep(SETTLE_MS);
  rows.push({ mode, saw, recorded: await recorded(), unhandled: unhandled?.name });
}
console.log(JSON.stringify(rows));
process.exit();

/** As plain data, without what a client adds for itself. */
async function seen(run) {
  try {
    return { value: JSON.stringify(await run()) ?? 'undefined' };
  } catch (error) {
    return { error: error.name };
  }
}
