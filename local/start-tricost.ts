/** All of tricost on this machine: the database, the board, the Slack inbox and the synthesized stack. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoardServer, startBoardServer } from './board/board-server.ts';
import { type LocalDatabase, startLocalDatabase } from './postgres/local-database.ts';
import { type RunningStack, runAssembly } from './run-assembly.ts';
import { forwardToSlack } from './slack/forward-to-slack.ts';
import { type SlackInbox, startSlackInbox } from './slack/inbox.ts';
import { stackParameters } from './stack-parameters.ts';
import { freePort } from './state/free-port.ts';
import { type LocalFile, portOf, readLocalFile, writeLocalFile } from './state/local-file.ts';
import type { Teardown } from './teardown.ts';

export interface StartOptions {
  /** What the app was synthesized into. */
  assemblyDirectory: string;
  stateDirectory: string;
  /** A database to use instead of the embedded one. */
  databaseUrl?: string | undefined;
  /** A real Slack webhook that gets the messages too. A secret. */
  slackWebhookUrl?: URL | undefined;
  /** Nothing runs by the clock before `stack.startSchedules()`. */
  holdSchedules?: boolean;
  teardown: Teardown;
  onProgress(step: string): void;
  /** Told what goes wrong while it runs, in a function or on the way to the real Slack. */
  onError(source: string, problem: string): void;
  /** Told of what no run goes on with. */
  onFatal(problem: string): void;
}

export interface LocalTricost {
  stack: RunningStack;
  inbox: SlackInbox;
  /** As written to `.tricost/local.json`. */
  file: LocalFile;
}

const BOARD_URL = 'TRICOST_BOARD_URL';

/** @throws Error saying what to do next. The teardown then still has to run. */
export async function startTricost(options: StartOptions): Promise<LocalTricost> {
  const { stateDirectory, databaseUrl, teardown, onProgress, onError, onFatal } = options;
  await mkdir(stateDirectory, { recursive: true });
  const earlier = await readLocalFile(stateDirectory);

  onProgress('starting Postgres');
  const database = await startLocalDatabase({ stateDirectory, databaseUrl, onFatal });
  teardown.add(() => database.stop());

  const inbox = await startInbox(options, portOf(earlier?.slackInboxUrl));
  teardown.add(() => inbox.close());

  const board = await startBoardServer(
    database.readerUrl,
    await freePort(portOf(earlier?.boardUrl)),
  );
  teardown.add(() => board.close());

  const stack = await runAssembly({
    assemblyDirectory: options.assemblyDirectory,
    stateDirectory,
    ports: { sqs: portOf(earlier?.sqsEndpoint), aws: portOf(earlier?.awsEndpoint) },
    parameters: (plan) =>
      stackParameters(plan, {
        ownerUrl: database.ownerUrl,
        runtimeUrl: database.runtimeUrl,
        slackWebhookUrl: inbox.webhookUrl,
      }),
    // A board that the configuration names shows another database.
    environment: { [BOARD_URL]: board.url },
    afterTriggers: () => database.allowLogins(),
    holdSchedules: options.holdSchedules ?? false,
    onProgress,
    onError,
    onFatal,
  });
  teardown.add(() => stack.stop());

  const file = describe(database, board, inbox, stack);
  await writeLocalFile(stateDirectory, file);
  return { stack, inbox, file };
}

async function startInbox(
  { stateDirectory, slackWebhookUrl, onError }: StartOptions,
  port: number | undefined,
): Promise<SlackInbox> {
  return startSlackInbox({
    file: join(stateDirectory, 'slack.jsonl'),
    port: await freePort(port),
    ...(slackWebhookUrl === undefined
      ? {}
      : {
          forward: forwardToSlack(slackWebhookUrl, (problem) =>
            onError('SLACK_WEBHOOK_URL', problem),
          ),
        }),
  });
}

function describe(
  database: LocalDatabase,
  board: BoardServer,
  inbox: SlackInbox,
  stack: RunningStack,
): LocalFile {
  const output = (name: string): string => {
    const value = stack.plan.outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  };
  return {
    databaseUrl: database.ownerUrl,
    runtimeDatabaseUrl: database.runtimeUrl,
    queueUrl: output('QueueUrl'),
    dlqUrl: output('DeadLetterQueueUrl'),
    sqsEndpoint: stack.sqsEndpoint,
    awsEndpoint: stack.awsEndpoint,
    region: stack.plan.region,
    scheduleGroup: output('ScheduleGroupName'),
    outputs: stack.plan.outputs,
    slackInboxUrl: inbox.url,
    boardUrl: board.url,
    pid: process.pid,
  };
}
