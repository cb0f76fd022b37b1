/** `npm run bench -- sdk`: what publishing costs an app, next to what tracing the same call costs. */
import type { Command } from 'commander';
import { Listr } from 'listr2';
import { Teardown } from '../local/teardown.ts';
import { describeHost } from './machine.ts';
import peers from './peers/package.json' with { type: 'json' };
import { positiveInteger } from './positive-integer.ts';
import { makeContendersFolder, runScript } from './sdk/contenders-folder.ts';
import { gzippedKb } from './sdk/package-size.ts';
import { type SendingCost, sendingCost } from './sdk/sending-cost.ts';
import { median } from './side-by-side.ts';

interface Flags {
  calls: number;
  repeat: number;
  json?: boolean;
}

interface Figure {
  microseconds: number;
  retained_bytes: number;
}

interface Start {
  import_ms: number;
  first_call_ms: number;
}

interface Figures {
  contenders: Map<string, Figure[]>;
  gzippedKb: number;
  /** Milliseconds in a process that has loaded nothing else. */
  start: Start;
  sending: SendingCost;
  /** Milliseconds that metering adds to a JSON call. */
  fetchJsonMs: number;
}

const CONTENDERS: ReadonlyMap<string, string> = new Map([
  ['tricost', 'tricost'],
  ['otel', 'OpenTelemetry span, 8 attributes'],
  ['langfuse', 'Langfuse generation, 4 kB of content'],
  ['langfuse-without-content', 'Langfuse generation, no content'],
]);
const STARTS = 15;
const METERED_CALLS = 20_000;

export function addSdkCommand(program: Command): void {
  program
    .command('sdk')
    .description("µs and bytes per call, next to Langfuse's SDK and a bare OpenTelemetry span")
    .option('--calls <number>', 'calls that each contender records', positiveInteger, 50_000)
    .option('--repeat <number>', 'repetitions; figures are medians', positiveInteger, 7)
    .option('--json', 'end with one line of JSON')
    .addHelpText(
      'after',
      `
Installs the peers of bench/peers into a temporary folder, from the registry. Takes about a minute on two idle cores.
Every contender is measured in a process of its own; all hand what they recorded to something that drops it.`,
    )
    .action(benchSdk);
}

async function benchSdk({ calls, repeat, json = false }: Flags): Promise<void> {
  const teardown = new Teardown();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      teardown.run().finally(() => process.exit(130));
    });
  }
  try {
    console.log(`${describeHost()}\n${versions()}\n`);
    const figures = await measure({ calls, repeat }, teardown);
    print(figures);
    if (json) console.log(JSON.stringify(summary(figures)));
  } finally {
    await teardown.run();
  }
}

function versions(): string {
  const { dependencies } = peers;
  return Object.entries(dependencies)
    .filter(([name]) => /langfuse|sdk-trace-base/.test(name))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

async function measure(
  { calls, repeat }: { calls: number; repeat: number },
  teardown: Teardown,
): Promise<Figures> {
  const figures: Partial<Figures> = {};
  let folder = '';
  await new Listr([
    {
      title: 'Install the peers',
      task: async () => {
        folder = await makeContendersFolder(teardown);
      },
    },
    {
      title: 'Record side by side',
      task: async (_, task) => {
        figures.contenders = await recordSideBySide({ folder, calls, repeat }, (step) => {
          task.output = step;
        });
      },
    },
    {
      title: 'Meter a JSON call at fetch',
      task: async () => {
        const runs: number[] = [];
        for (let run = 0; run < repeat; run += 1) {
          runs.push(Number(await runScript(folder, 'fetch-json.mjs', String(METERED_CALLS))));
        }
        figures.fetchJsonMs = median(runs);
      },
    },
    {
      title: 'Load and weigh the package',
      task: async () => {
        figures.start = await startTimes(folder);
        figures.gzippedKb = await gzippedKb(folder);
        figures.sending = await sendingCost();
      },
    },
  ]).run();
  return figures as Figures;
}

async function startTimes(folder: string): Promise<Start> {
  const starts: Start[] = [];
  for (let run = 0; run < STARTS; run += 1) {
    starts.push((await runScript(folder, 'start.mjs')) as Start);
  }
  return {
    import_ms: median(starts.map((start) => start.import_ms)),
    first_call_ms: median(starts.map((start) => start.first_call_ms)),
  };
}

/** In turn, again and again, so that what else the machine does meets all of them. */
async function recordSideBySide(
  { folder, calls, repeat }: { folder: string; calls: number; repeat: number },
  report: (step: string) => void,
): Promise<Map<string, Figure[]>> {
  const names = [...CONTENDERS.keys()];
  const figures = new Map<string, Figure[]>(names.map((name) => [name, []]));
  for (let repetition = 0; repetition < repeat; repetition += 1) {
    const shift = repetition % names.length;
    for (const name of [...names.slice(shift), ...names.slice(0, shift)]) {
      report(`repetition ${repetition + 1} of ${repeat}: ${name}`);
      const figure = await runScript(folder, 'measure.mjs', name, String(calls));
      figures.get(name)?.push(figure as Figure);
    }
  }
  return figures;
}

const microseconds = (figures: readonly Figure[] = []) =>
  median(figures.map((figure) => figure.microseconds));

function print({ contenders, fetchJsonMs, start, gzippedKb: kb, sending }: Figures): void {
  console.log(`\n${row('one call', 'µs', 'fastest', 'slowest', 'bytes kept')}`);
  for (const [name, figures] of contenders) {
    const times = figures.map((figure) => figure.microseconds);
    const kept = Math.max(0, median(figures.map((figure) => figure.retained_bytes)));
    const cells = [median(times), Math.min(...times), Math.max(...times)];
    console.log(
      row(CONTENDERS.get(name) ?? name, ...cells.map((us) => us.toFixed(1)), kept.toFixed(0)),
    );
  }
  const ours = microseconds(contenders.get('tricost'));
  const theirs = microseconds(contenders.get('langfuse'));
  console.log(
    `\ntricost takes ${(ours / theirs).toFixed(2)} of Langfuse's time.\n` +
      `Metering at fetch adds ${(fetchJsonMs * 1_000).toFixed(0)} µs to a JSON call of 8 kB.\n` +
      `\`import 'tricost'\`: ${start.import_ms.toFixed(1)} ms in an empty process, ${start.first_call_ms.toFixed(1)} ms more with the first call, which loads Node's crypto.\n` +
      `Of all that 'tricost' exports, loaded at the start: ${kb.toFixed(1)} kB, minified and compressed.\n` +
      `SQS, sending: $${sending.usdPerMillion.toFixed(4)} a million calls, ${sending.bytesPerCall.toFixed(0)} bytes each, ` +
      `${sending.callsPerMessage.toFixed(0)} a message: 1/${sending.timesCheaper.toFixed(0)} of one request a call.\n`,
  );
}

function row(name: string, ...cells: string[]): string {
  return name.padEnd(38) + cells.map((cell) => cell.padStart(11)).join('');
}

/** What `--json` ends with. */
function summary({ contenders, fetchJsonMs, start, gzippedKb: kb, sending }: Figures): object {
  const us = (name: string) => rounded(microseconds(contenders.get(name)));
  return {
    core_us: us('tricost'),
    langfuse_us: us('langfuse'),
    langfuse_without_content_us: us('langfuse-without-content'),
    otel_us: us('otel'),
    fetch_json_ms: Math.round(fetchJsonMs * 10_000) / 10_000,
    core_kb_gzip: rounded(kb),
    import_ms: rounded(start.import_ms),
    first_call_ms: rounded(start.first_call_ms),
    usd_per_million_events: sending.usdPerMillion,
    times_cheaper_than_one_event_a_request: rounded(sending.timesCheaper),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
