/** `npm start`: the whole stack on this machine, with something to see in it. */
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { Listr, type ListrTask } from 'listr2';
import { type DemoPlace, demoPublishedAt, markDemoPublished } from './demo/published-demo.ts';
import { DemoRun, type DemoSummary, discrepancy } from './demo-run.ts';
import { greeting, messagesAsText } from './greeting.ts';
import { type RunnerEnvironment, readRunnerEnvironment } from './runner-environment.ts';
import { type LocalTricost, startTricost } from './start-tricost.ts';
import { resetState } from './state/reset-state.ts';
import { takeRunLock } from './state/run-lock.ts';
import { synthesize } from './synthesize.ts';
import { Teardown } from './teardown.ts';

interface Flags {
  once?: boolean;
  empty?: boolean;
  reset?: boolean;
}

const STATE_DIRECTORY = fileURLToPath(new URL('../.tricost', import.meta.url));
const ASSEMBLY_DIRECTORY = `${STATE_DIRECTORY}/cdk.out`;

const startedAt = new Date();
const teardown = new Teardown();
let stopping = false;
let shownError: unknown;

const program = new Command('npm start --')
  .description('Run the stack that `cdk deploy` would create, on 127.0.0.1 only.')
  .option('--once', 'publish the demo, show the alert, print one line of JSON and exit')
  .option('--empty', 'start without demo traffic')
  .option('--reset', 'clear .tricost/ first: embedded database, queues, messages, logs')
  .addHelpText(
    'after',
    `
Examples:
  npm start                          demo traffic, one alert, stays up until Ctrl-C
  npm start -- --empty               waits for your own events
  npm start -- --reset --once        from nothing to the summary, then exits
  DATABASE_URL=postgres://… npm start        your own Postgres instead of the embedded one
  SLACK_WEBHOOK_URL=https://… npm start      messages also go to your Slack

--reset leaves a database that DATABASE_URL names alone. One on another machine gets no demo traffic.
`,
  )
  .action(run);

async function run(flags: Flags): Promise<void> {
  const environment = await readRunnerEnvironment(process.env);
  const { ownDatabase } = environment;
  const remote = ownDatabase?.loopback === false;
  if (remote && flags.once === true) {
    throw new Error(
      '--once publishes demo traffic, and DATABASE_URL names a database on another machine: unset it, or leave out --once.',
    );
  }
  if (ownDatabase !== undefined) console.log(`Using DATABASE_URL: ${ownDatabase.name}`);

  teardown.add(await takeRunLock(STATE_DIRECTORY));
  if (flags.reset === true) await resetState(STATE_DIRECTORY);

  const tricost = await start(environment);
  const place: DemoPlace = { stateDirectory: STATE_DIRECTORY, ownDatabase: ownDatabase?.name };
  const published = await demoPublishedAt(place, tricost.file.databaseUrl);
  if (remote) {
    console.log('\nNo demo traffic, as with --empty: the database is on another machine.');
  } else if (flags.once === true || (flags.empty !== true && published === undefined)) {
    // The same `now` makes the same events: published again, they are duplicates and change no number.
    const summary = await demonstrate(tricost, place, published ?? startedAt);
    if (flags.once === true) return finish(summary);
  } else if (published !== undefined) {
    console.log(
      `\nThe demo traffic of ${published.toISOString()} is still here${ownDatabase === undefined ? '; --reset clears it' : ''}.`,
    );
  }
  tricost.stack.startSchedules();
  console.log(`\n${greeting(tricost)}`);
}

async function start({ ownDatabase, slackWebhookUrl }: RunnerEnvironment): Promise<LocalTricost> {
  let tricost: LocalTricost | undefined;
  await runTasks([
    {
      title: 'Synthesize the stack',
      task: () => synthesize(ASSEMBLY_DIRECTORY),
    },
    {
      title: 'Start it',
      task: async (_, task) => {
        tricost = await startTricost({
          assemblyDirectory: ASSEMBLY_DIRECTORY,
          stateDirectory: STATE_DIRECTORY,
          databaseUrl: ownDatabase?.url,
          slackWebhookUrl,
          // A spend alert that the clock starts in the middle of the demo's calls would judge them, and be done for the day.
          holdSchedules: true,
          teardown,
          onProgress: (step) => {
            task.output = step;
          },
          onFatal: end,
          onError: (functionName, problem) => {
            if (!stopping) console.error(`${functionName}: ${problem}`);
          },
        });
      },
    },
  ]);
  if (tricost === undefined) throw new Error('the stack did not start');
  return tricost;
}

async function demonstrate(
  tricost: LocalTricost,
  place: DemoPlace,
  now: Date,
): Promise<DemoSummary> {
  const demo = new DemoRun(tricost, now);
  await runTasks([
    step('Publish sixty days of demo traffic', (report) => demo.publish(report)),
    step('Ingest it', (report) => demo.ingest(report)),
    step('Run the spend alert', (report) => demo.alert(report)),
  ]);
  await markDemoPublished(place, now);
  const summary = await demo.summarize();
  console.log(
    `\n${summary.stored} calls stored, ${summary.duplicates} duplicates, ${summary.rejected} rejected.`,
  );
  const messages = demo.newMessages();
  if (messages.length > 0) console.log(`Slack got:\n\n${messagesAsText(messages)}\n`);
  const problem = discrepancy(summary);
  if (problem !== undefined) throw new Error(problem);
  return summary;
}

async function finish(summary: DemoSummary): Promise<void> {
  await stop();
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 100) / 10;
  console.log(JSON.stringify({ ...summary, seconds }));
}

function step(
  title: string,
  task: (report: (progress: string) => void) => Promise<void>,
): ListrTask {
  return {
    title,
    task: (_, wrapper) =>
      task((progress) => {
        // Counts that run are for eyes, not for files.
        if (process.stdout.isTTY) wrapper.output = progress;
      }),
  };
}

async function runTasks(tasks: ListrTask[]): Promise<void> {
  const list = new Listr(tasks, {
    // Ctrl-C is ours: the stack stops in order.
    registerSignalListeners: false,
    // So is the error: it comes last, after the stack has stopped.
    rendererOptions: { showErrorMessage: false },
  });
  try {
    await list.run();
  } catch (error) {
    // The renderer for files and pipes prints errors whatever it is asked.
    if (!process.stdout.isTTY) shownError = error;
    throw error;
  }
}

async function stop(): Promise<void> {
  stopping = true;
  await teardown.run();
}

function onSignal(): void {
  if (stopping) process.exit(130);
  console.log('\nStopping; once more to force it.');
  stop().then(
    () => process.exit(0),
    (error: unknown) => fail(error),
  );
}

/** What has just been said is the reason; what then goes wrong while it stops is none. */
function end(problem: string): void {
  if (stopping) return;
  console.error(`\n${problem}`);
  stop().then(
    () => process.exit(1),
    () => process.exit(1),
  );
}

function fail(error: unknown): void {
  if (error !== shownError) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  }
  process.exit(1);
}

process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
try {
  await program.parseAsync();
} catch (error) {
  // A stop in the middle of a start makes it fail; that is no news.
  if (!stopping) {
    await stop().catch(() => {});
    fail(error);
  }
}
