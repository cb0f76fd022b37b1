/** `npm run soak`: takes the stack's parts away from it while it works, and counts afterwards. */
import { Command, InvalidArgumentError } from 'commander';
import { Listr } from 'listr2';
import { Teardown } from '../local/teardown.ts';
import { resultText, summaryText } from './result-text.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { findScenario, SCENARIOS } from './scenarios.ts';

interface Flags {
  seed: number;
  events?: number;
  json?: boolean;
  list?: boolean;
}

const DEFAULT_SEED = 20_261_123;

const teardown = new Teardown();
let stopping = false;

const program = new Command('npm run soak --')
  .description('Take Postgres, the functions, the queue and Slack away from the running stack.')
  .argument('[scenario...]', 'which ones (default: all, one after the other)')
  .option('--seed <number>', 'the same seed makes the same traffic and faults', whole, DEFAULT_SEED)
  .option('--events <number>', 'how much is published, instead of the full size', whole)
  .option('--json', 'print one JSON object a scenario, then one of the whole run')
  .option('--list', 'print the scenarios and exit')
  .addHelpText(
    'after',
    `
Everything runs on this machine, in folders of its own; .tricost/ is left alone. Exits with 1 when something is not accounted
for, and keeps the logs of that scenario.

Examples:
  npm run soak                                 all of them, about a quarter of an hour
  npm run soak -- fuzz --seed 7                one, with other bodies
  npm run soak -- ingest-killed --events 3000  a short one
  npm run soak -- fuzz full-invocation --events 5000 --seed 7
                                               two short ones, with other traffic
  npm run soak -- --list`,
  )
  .action(run);

async function run(names: string[], flags: Flags): Promise<void> {
  if (flags.list === true) return list(flags.json === true);
  const scenarios = names.length === 0 ? SCENARIOS : names.map(findScenario);
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    const result = await runWithProgress(scenario, flags);
    if (stopping) return;
    results.push(result);
    console.log(flags.json === true ? JSON.stringify(result) : resultText(result));
  }
  const failed = results.filter(({ problems }) => problems.length > 0);
  if (flags.json === true) {
    const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
    console.log(JSON.stringify({ scenarios: results.length, failed: failed.length, seconds }));
  } else console.log(`\n${summaryText(results)}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

function list(json: boolean): void {
  for (const { name, description, events } of SCENARIOS) {
    console.log(
      json
        ? JSON.stringify({ name, description, events })
        : `${name.padEnd(16)}  ${description} (${events.toLocaleString('en-US')})`,
    );
  }
}

async function runWithProgress(
  scenario: Scenario,
  { seed, events, json }: Flags,
): Promise<ScenarioResult> {
  let result: ScenarioResult | undefined;
  const tasks = new Listr(
    [
      {
        title: `${scenario.name}: ${scenario.description}`,
        task: async (_, task) => {
          const report = (progress: string): void => {
            // Counts that run are for eyes, not for files.
            if (process.stdout.isTTY) task.output = progress;
          };
          const size = { seed, events: events ?? scenario.events, report };
          result = await runScenario(scenario, size, {
            teardown,
            interrupted: () => stopping,
          });
        },
      },
    ],
    { registerSignalListeners: false, ...(json === true ? { renderer: 'silent' } : {}) },
  );
  await tasks.run();
  if (result === undefined) throw new Error(`${scenario.name} gave no result`);
  return result;
}

function whole(text: string): number {
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < 1) {
    throw new InvalidArgumentError('a whole number from 1 to 999999999');
  }
  return value;
}

function onSignal(): void {
  if (stopping) process.exit(130);
  stopping = true;
  console.error('\nStopping; once more to force it.');
  teardown.run().then(
    () => process.exit(130),
    () => process.exit(130),
  );
}

process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
try {
  await program.parseAsync();
} catch (error) {
  await teardown.run().catch(() => {});
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
