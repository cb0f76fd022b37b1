/** Runs every mode of every client with one wrapper, and prints what the app saw and what was recorded, as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeProviders } from 'tricost/testing';
import { ANTHROPIC_MODES } from './modes/anthropic-modes.mjs';
import { OPENAI_MODES } from './modes/openai-modes.mjs';

const MODES = { openai: OPENAI_MODES, anthropic: ANTHROPIC_MODES };
/** For what a wrapper records after the app is done. */
const SETTLE_MS = 250;

const { start } = await import(`./wrappers/${process.argv[2]}.mjs`);
const providers = await startFakeProviders();
const options = {
  openai: { baseURL: `${providers.openai.url}/v1`, apiKey: 'test' },
  anthropic: { baseURL: providers.anthropic.url, apiKey: 'test' },
  hosts: providers.hosts,
};
let unhandled;
process.on('unhandledRejection', (error) => {
  unhandled = error;
});

const rows = [];
for (const [client, modes] of Object.entries(MODES)) {
  for (const [mode, app, ...faults] of modes) {
    providers[client].fail(...faults);
    unhandled = undefined;
    const { recorded, ...clients } = start(options);
    const saw = await seen(() => app(clients[client]));
    await sleep(SETTLE_MS);
    rows.push({ client, mode, saw, recorded: await recorded(), unhandled: unhandled?.name });
  }
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
