/** `tricost schedules`: what runs when, stopping and resuming it, and running it now as of any moment. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { type Command, InvalidArgumentError } from 'commander';
import { setScheduleState } from '../adapters/scheduler/set-schedule-state.ts';
import { parseScheduleExpression } from '../domain/schedules/schedule-expression.ts';
import { columns } from './columns.ts';
import {
  AWS_HELP,
  awsClientSettings,
  CONFIG_HELP,
  STACK_HELP,
  type StackOptions,
  stackOutput,
} from './target.ts';

interface SchedulesOptions extends StackOptions {
  json?: boolean;
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

export function define(schedules: Command): void {
  const subcommand = (name: string, description: string) =>
    schedules
      .command(name)
      .description(description)
      .option('--aws', AWS_HELP)
      .option('--stack <name>', STACK_HELP)
      .option('--config <path>', CONFIG_HELP);

  subcommand('list', 'list the schedules, and when each runs next')
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExamples:\n  $ npx tricost schedules list --aws')
    .action(async (options: SchedulesOptions) => {
      const found = await listSchedules(options);
      const now = new Date();
      if (options.json === true) {
        console.log(JSON.stringify({ schedules: found.map((one) => asJson(one, now)) }));
      } else {
        for (const line of columns(found.map((one) => row(one, now)))) console.log(line);
      }
    });

  for (const [name, state, description] of [
    ['pause', 'DISABLED', 'stop a schedule: it runs no more until it is resumed'],
    ['resume', 'ENABLED', 'let a schedule run again'],
  ] as const) {
    subcommand(name, description)
      .argument('<name>', 'for example spend-alert')
      .option('--json', 'print one JSON object')
      .addHelpText(
        'after',
        `
Of the schedule, nothing but its state changes. A deploy leaves the state as it is, unless the schedule itself changes in it: then it
is enabled. What was due while it was paused: spend-alert makes up for seven days by itself, the others do all that is there to do.
The doctor and the alarms about silence tell of a schedule that is paused.

Examples:
  $ npx tricost schedules ${name} spend-alert --aws`,
      )
      .action((schedule: string, options: SchedulesOptions) =>
        changeState(schedule, state, options),
      );
  }

  subcommand('run', 'run a schedule now, as if it were due at a given moment')
    .argument('<name>', 'for example spend-alert')
    .option('--at <time>', 'RFC 3339; default: now. spend-alert: none to come', parseTime)
    .addHelpText(
      'after',
      `
It runs, whether it is paused or not, and prints what the function answers.

Examples:
  $ npx tricost schedules run spend-alert
  $ npx tricost schedules run create-partitions --at 2027-01-01T00:20:00Z`,
    )
    .action(async (name: string, options: SchedulesOptions & { at?: Date }) => {
      const schedule = findByName(name, await listSchedules(options));
      const at = options.at ?? new Date();
      const answer = await invokeSchedule(schedule, at, options);
      console.log(answer);
      if (isNothingDue(answer)) {
        process.stderr.write(
          `nothing was due: ${name} does a day once, and that of ${at.toISOString()} is done\n`,
        );
      }
    });
}

async function changeState(
  name: string,
  state: 'ENABLED' | 'DISABLED',
  options: SchedulesOptions,
): Promise<void> {
  const { GroupName: group = '' } = findByName(name, await listSchedules(options));
  const client = new SchedulerClient(await awsClientSettings(options));
  const changed = await setScheduleState(client, { name, group }, state);
  if (options.json === true) {
    console.log(JSON.stringify({ name, group, state, changed }));
    return;
  }
  const says = state === 'ENABLED' ? 'enabled' : 'paused';
  console.log(changed ? `${name} is ${says}` : `${name} was ${says} already`);
  if (changed && state === 'DISABLED') {
    console.log(`It does not run before \`tricost schedules resume ${name}\`.`);
  }
}

export async function listSchedules(options: StackOptions): Promise<GetScheduleCommandOutput[]> {
  const client = new SchedulerClient(await awsClientSettings(options));
  const group = await stackOutput(options, 'ScheduleGroupName');
  const { Schedules: summaries = [] } = await client.send(
    new ListSchedulesCommand({ GroupName: group, MaxResults: 100 }),
  );
  return Promise.all(
    summaries.map(({ Name, GroupName }) =>
      client.send(new GetScheduleCommand({ Name, GroupName })),
    ),
  );
}

function row(schedule: GetScheduleCommandOutput, now: Date): string[] {
  const { Name = '', ScheduleExpression = '', ScheduleExpressionTimezone = 'UTC' } = schedule;
  const { State: state = '' } = schedule;
  const next = nextRun(schedule, now);
  const due = next === undefined ? '' : `next ${next.toISOString().replace('.000Z', 'Z')}`;
  return [Name, `${ScheduleExpression} ${ScheduleExpressionTimezone}`, state, due];
}

function asJson(schedule: GetScheduleCommandOutput, now: Date): object {
  return {
    name: schedule.Name,
    group: schedule.GroupName,
    state: schedule.State,
    expression: schedule.ScheduleExpression,
    time_zone: schedule.ScheduleExpressionTimezone ?? 'UTC',
    next_run_at: nextRun(schedule, now)?.toISOString() ?? null,
    function_arn: schedule.Target?.Arn,
  };
}

/** undefined: it is paused, or was the last one. */
function nextRun(schedule: GetScheduleCommandOutput, now: Date): Date | undefined {
  const { ScheduleExpression: expression = '', ScheduleExpressionTimezone: zone } = schedule;
  if (schedule.State !== 'ENABLED') return undefined;
  const recurrence = parseScheduleExpression(expression, zone ?? 'UTC');
  return recurrence.next(now, schedule.CreationDate ?? now);
}

/** @throws Error naming those there are */
function findByName(name: string, schedules: GetScheduleCommandOutput[]): GetScheduleCommandOutput {
  const found = schedules.find((schedule) => schedule.Name === name);
  if (found !== undefined) return found;
  const names = schedules.map((schedule) => schedule.Name).join(', ');
  throw new Error(`there is no schedule ${name}; there are: ${names}`);
}

/**
 * Sends the function what the schedule would send it, and waits for the answer.
 *
 * @throws Error with the function's own, when it fails
 */
export async function invokeSchedule(
  schedule: GetScheduleCommandOutput,
  at: Date,
  options: StackOptions,
): Promise<string> {
  const client = new LambdaClient(await awsClientSettings(options));
  const input = (schedule.Target?.Input ?? '{}').replaceAll(SCHEDULED_TIME, at.toISOString());
  const result = await client.send(
    new InvokeCommand({ FunctionName: schedule.Target?.Arn, Payload: Buffer.from(input) }),
  );
  const answer = Buffer.from(result.Payload ?? []).toString('utf8');
  if (result.FunctionError !== undefined) {
    throw new Error(`${schedule.Name} failed: ${messageOf(answer)}`);
  }
  return answer;
}

/** spend-alert answers with the days that it did. */
function isNothingDue(answer: string): boolean {
  const { dates } = (JSON.parse(answer) ?? {}) as { dates?: unknown };
  return Array.isArray(dates) && dates.length === 0;
}

/** Of a function's error, what its author wrote; https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
function messageOf(answer: string): string {
  try {
    const { errorMessage } = JSON.parse(answer) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' && errorMessage !== '' ? errorMessage : answer;
  } catch {
    return answer;
  }
}

export function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('a time looks like 2026-11-23T08:00:00Z');
  }
  return time;
}
