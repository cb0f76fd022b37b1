/** `tricost schedules`: what runs when, and running it now as of any moment. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { type Command, InvalidArgumentError } from 'commander';
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
  schedules
    .command('list')
    .description('list the schedules')
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON array')
    .action(async (options: SchedulesOptions) => {
      const found = await listSchedules(options);
      console.log(options.json === true ? JSON.stringify(found) : found.map(line).join('\n'));
    });

  schedules
    .command('run')
    .description('run a schedule now, as if it were due at a given moment')
    .argument('<name>', 'for example spend-alert')
    .option('--at <time>', 'RFC 3339; default: now. spend-alert: none to come', parseTime)
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .addHelpText(
      'after',
      `
Examples:
  $ npx tricost schedules run spend-alert
  $ npx tricost schedules run create-partitions --at 2027-01-01T00:20:00Z`,
    )
    .action(async (name: string, options: SchedulesOptions & { at?: Date }) => {
      const schedule = findByName(name, await listSchedules(options));
      const at = options.at ?? new Date();
      console.log(await invokeSchedule(schedule, at, options));
    });
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

function line(schedule: GetScheduleCommandOutput): string {
  const { Name, ScheduleExpression, ScheduleExpressionTimezone = 'UTC', State } = schedule;
  return `${Name}  ${ScheduleExpression} ${ScheduleExpressionTimezone}  ${State}`;
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
  if (result.FunctionError !== undefined) throw new Error(`${schedule.Name} failed: ${answer}`);
  return answer;
}

export function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('a time looks like 2026-11-23T08:00:00Z');
  }
  return time;
}
