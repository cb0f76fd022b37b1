/** `npm run bench -- sdk-modes`: which calls are recorded, mode by mode, next to what other wrappers record. */
import type { Command } from 'commander';
import { Listr } from 'listr2';
import { Teardown } from '../local/teardown.ts';
import { describeHost } from './machine.ts';
import peers from './peers/package.json' with { type: 'json' };
import { makeContendersFolder, runScript } from './sdk/contenders-folder.ts';

/** One mode of a client with one wrapper. */
interface Run {
  client: Client;
  mode: string;
  saw: { value: string } | { error: string };
  /** One each: `usage`, `usage so far`, `input only`, `estimate`, `no usage`, or how the call ended where it has none. */
  recorded: string[];
  /** An error that the app could not have caught. */
  unhandled?: string;
}

/** Who stands for each wrapper, by client. Langfuse has none for Anthropic's, and names OpenInference's instrumentation. */
const COLUMNS = {
  openai: ['OpenAI', 'tricost', 'Langfuse observeOpenAI', 'PostHog OpenAI'],
  anthropic: ['Anthropic', 'tricost', 'OpenInference, for Langfuse', 'PostHog Anthropic'],
} as const;
type Client = keyof typeof COLUMNS;

const WRAPPERS = ['tricost', 'langfuse', 'posthog'] as const;
type Cells = Record<(typeof WRAPPERS)[number], string>;
/** By mode. */
type Rows = Record<Client, Record<string, Cells>>;

export function addSdkModesCommand(program: Command): void {
  program
    .command('sdk-modes')
    .description(
      "what is recorded of a call in each mode of OpenAI's and Anthropic's clients, next to Langfuse and PostHog",
    )
    .option('--json', 'end with one line of JSON')
    .addHelpText(
      'after',
      `
Installs the peers of bench/peers into a temporary folder, from the registry. Takes about a minute.
All wrappers run the same code against the same providers on loopback, each in a process of its own. What the app
sees is compared with what it sees without a wrapper.`,
    )
    .action(benchSdkModes);
}

async function benchSdkModes({ json = false }: { json?: boolean }): Promise<void> {
  const teardown = new Teardown();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      teardown.run().finally(() => process.exit(130));
    });
  }
  try {
    console.log(`${describeHost()}\n${versions()}\n`);
    const rows = await measure(teardown);
    print(rows);
    if (json) console.log(JSON.stringify(rows));
  } finally {
    await teardown.run();
  }
}

function versions(): string {
  return Object.entries(peers.dependencies)
    .filter(([name]) => /langfuse|posthog|openinference|anthropic|^openai$/.test(name))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

async function measure(teardown: Teardown): Promise<Rows> {
  const rows: Rows = { openai: {}, anthropic: {} };
  let folder = '';
  await new Listr([
    {
      title: 'Install the peers',
      task: async () => {
        folder = await makeContendersFolder(teardown);
      },
    },
    {
      title: 'Run every mode with every wrapper',
      task: async () => {
        const run = async (wrapper: string) =>
          (await runScript(folder, 'run-modes.mjs', wrapper)) as Run[];
        const plain = await run('plain');
        const wrapped = Object.fromEntries(
          await Promise.all(WRAPPERS.map(async (name) => [name, await run(name)])),
        ) as Record<keyof Cells, Run[]>;
        for (const [index, { client, mode, saw }] of plain.entries()) {
          const cell = (name: keyof Cells) => inWords(wrapped[name][index], saw);
          rows[client][mode] = {
            tricost: cell('tricost'),
            langfuse: cell('langfuse'),
            posthog: cell('posthog'),
          };
        }
      },
    },
  ]).run();
  return rows;
}

/** What was recorded, and in brackets what the wrapper did to the app. */
function inWords(run: Run | undefined, plain: Run['saw']): string {
  if (run === undefined) return 'did not run';
  const { saw, recorded, unhandled } = run;
  const record = recorded.length === 0 ? 'nothing' : recorded.join(' + ');
  const harm = [
    ...('error' in saw && !('error' in plain) ? [saw.error] : []),
    ...('value' in saw && JSON.stringify(saw) !== JSON.stringify(plain) ? ['another answer'] : []),
    ...(unhandled === undefined ? [] : [`unhandled ${unhandled}`]),
  ];
  return harm.length === 0 ? record : `${record} (${harm.join(', ')})`;
}

function print(rows: Rows): void {
  for (const [client, [name, ...columns]] of Object.entries(COLUMNS)) {
    console.log(`\n${row(name, ...columns)}`);
    for (const [mode, { tricost, langfuse, posthog }] of Object.entries(rows[client as Client])) {
      console.log(row(mode, tricost, langfuse, posthog));
    }
  }
  console.log('\nIn brackets: what the app sees of the wrapper.\n');
}

function row(mode: string, ...cells: string[]): string {
  return `${mode.padEnd(28)}${cells.map((cell) => cell.padEnd(32)).join('')}`.trimEnd();
}
