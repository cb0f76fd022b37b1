/** The part of the EventBridge Scheduler API that lists and shows the stack's schedules. */
import type { ScheduleDefinition } from '../assembly/resources/schedule.ts';
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import { AwsError, jsonResponse, unknownOperation } from './aws-error.ts';

export class SchedulerApi {
  readonly #schedules: readonly ScheduleDefinition[];
  readonly #createdAt = Date.now() / 1000;

  constructor(schedules: readonly ScheduleDefinition[]) {
    this.#schedules = schedules;
  }

  /** Answers a request below `/schedules`; https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
  answer({ method, url }: LoopbackRequest): LoopbackResponse {
    const [, , name] = url.pathname.split('/').map(decodeURIComponent);
    if (method !== 'GET') throw unknownOperation(`${method} ${url.pathname}`);
    return jsonResponse(name === undefined ? this.#list(url) : this.#get(name, url));
  }

  #list({ searchParams }: URL): unknown {
    const group = searchParams.get('ScheduleGroup');
    const prefix = searchParams.get('NamePrefix') ?? '';
    const state = searchParams.get('State');
    const found = this.#schedules.filter(
      (schedule) =>
        (group === null || schedule.groupName === group) &&
        schedule.name.startsWith(prefix) &&
        (state === null || stateOf(schedule) === state),
    );
    return { Schedules: found.map((schedule) => this.#summary(schedule)) };
  }

  #get(name: string, { searchParams }: URL): unknown {
    const group = searchParams.get('groupName') ?? 'default';
    const schedule = this.#schedules.find(
      (candidate) => candidate.name === name && candidate.groupName === group,
    );
    if (schedule === undefined) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Schedule ${name} does not exist in group ${group}.`,
        404,
      );
    }
    return {
      ...this.#summary(schedule),
      ScheduleExpression: schedule.expression,
      ScheduleExpressionTimezone: schedule.timezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      ...(schedule.description === undefined ? {} : { Description: schedule.description }),
      Target: {
        Arn: schedule.targetArn,
        RoleArn: 'arn:aws:iam::000000000000:role/local',
        Input: schedule.input,
      },
    };
  }

  #summary(schedule: ScheduleDefinition) {
    return {
      Arn: schedule.arn,
      GroupName: schedule.groupName,
      Name: schedule.name,
      State: stateOf(schedule),
      Target: { Arn: schedule.targetArn },
      CreationDate: this.#createdAt,
      LastModificationDate: this.#createdAt,
    };
  }
}

function stateOf(schedule: ScheduleDefinition): string {
  return schedule.enabled ? 'ENABLED' : 'DISABLED';
}
