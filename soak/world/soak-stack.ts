/** What every scenario runs on: the synthesized stack with a Postgres, a queue and a Slack that can be taken away from it. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { StackPlan } from '../../local/assembly/stack-plan.ts';
import { type RunningStack, runAssembly } from '../../local/run-assembly.ts';
import { stackParameters } from '../../local/stack-parameters.ts';
import { synthesize } from '../../local/synthesize.ts';
import type { Teardown } from '../../local/teardown.ts';
import { type EventSourceEdits, editTemplate } from './edit-template.ts';
import { FlakySlack } from './flaky-slack.ts';
import { QueueProcess } from './queue-process.ts';
import { RestartableDatabase } from './restartable-database.ts';
import { SimulatedClock } from './simulated-clock.ts';

export interface SoakStack {
  stack: RunningStack;
  database: RestartableDatabase;
  queue: QueueProcess;
  slack: FlakySlack;
  /** Where the messages of a team go whose secret is `OTHER_SECRET`. */
  otherSlack: FlakySlack;
  /** Of the queues and of notify; everything else lives in the present. */
  clock: SimulatedClock;
  /** Of calls. */
  queueUrl: string;
  notifyQueueUrl: string;
  /** The name of ingest-calls. */
  ingestFunction: string;
  /** The longest that messages wait for others before they are processed. */
  batchingWindowMs: number;
  /** What the runner was told of: failed invocations, a queue that did not answer. Scenarios cause them on purpose. */
  troubles: string[];
}

export const OTHER_SECRET = 'other';

export interface SoakStackOptions {
  /** Made for this run, thrown away afterwards. */
  directory: string;
  /** What the app was synthesized into; it is copied. Default: it is done here. */
  synthesized?: string;
  teardown: Teardown;
  eventSources?: EventSourceEdits;
  onProgress?(step: string): void;
}

/** @throws Error saying what to do next. The teardown then still has to run. */
export async function startSoakStack(options: SoakStackOptions): Promise<SoakStack> {
  const { directory, synthesized, teardown, eventSources, onProgress = () => {} } = options;
  const assemblyDirectory = join(directory, 'cdk.out');
  const clock = await SimulatedClock.create(join(directory, 'clock'));
  onProgress('synthesizing the stack');
  if (synthesized === undefined) await synthesize(assemblyDirectory);
  else await cp(synthesized, assemblyDirectory, { recursive: true });
  await editTemplate(assemblyDirectory, {
    notifyEnvironment: clock.environment,
    eventSources,
  });

  onProgress('starting Postgres');
  const database = await RestartableDatabase.start(directory);
  teardown.add(() => database.stop());
  const slack = await FlakySlack.start();
  teardown.add(() => slack.stop());
  const otherSlack = await FlakySlack.start();
  teardown.add(() => otherSlack.stop());

  let queue: QueueProcess | undefined;
  const troubles: string[] = [];
  const stack = await runAssembly({
    assemblyDirectory,
    stateDirectory: directory,
    parameters: (plan) => ({
      ...stackParameters(plan, {
        ownerUrl: database.ownerUrl,
        runtimeUrl: database.runtimeUrl,
        slackWebhookUrl: slack.webhookUrl,
      }),
      [`${teamPrefix(plan)}${OTHER_SECRET}`]: otherSlack.webhookUrl,
    }),
    afterTriggers: () => database.allowLogins(),
    startQueueEngine: async (engine) => {
      queue = await QueueProcess.start(engine, clock);
      return queue;
    },
    // A spend alert or a canary that the clock starts would be counted with what the scenario published.
    holdSchedules: true,
    onProgress,
    onError: (name, problem) => troubles.push(`${name}: ${problem}`),
  });
  teardown.add(() => stack.stop());
  if (queue === undefined) throw new Error('the stack started without its queue');
  const output = (name: string): string => {
    const value = stack.plan.outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  };
  const windows = stack.plan.eventSourceMappings.map((mapping) => mapping.batchingWindowSeconds);
  return {
    stack,
    database,
    queue,
    slack,
    otherSlack,
    clock,
    troubles,
    queueUrl: output('QueueUrl'),
    notifyQueueUrl: output('NotifyQueueUrl'),
    ingestFunction: output('IngestCallsFunctionName'),
    batchingWindowMs: 1_000 * Math.max(...windows),
  };
}

/** What the names of the teams' parameters begin with. */
function teamPrefix({ functions }: StackPlan): string {
  const [prefix] = functions.flatMap(
    ({ environment }) => environment['TRICOST_SLACK_PARAMETER_PREFIX'] ?? [],
  );
  if (prefix === undefined) throw new Error('no function reads the parameters of teams');
  return prefix;
}

/** The sum of a metric that ingest-calls has printed since the stack started. */
export function ingestMetric({ stack, ingestFunction }: SoakStack, metric: string): number {
  return stack.metrics.total(ingestFunction, metric);
}
