/** The part of the EventBridge Scheduler API that lists and shows schedules, and makes those that run once. */

import { parseScheduleExpression } from '../../domain/schedules/schedule-expression.ts';
import type { ScheduleDefinition } from '../assembly/resources/schedule.ts';
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import { AwsError, jsonResponse, unknownOperation } from './aws-error.ts';

export class SchedulerApi {
  readonly #schedules: ScheduleDefinition[];
  readonly #onCreated: (schedule: ScheduleDefinition) => void;
  readonly #createdAt = Date.now() / 1000;

  /** @param schedules gets those that are made, too */
  constructor(schedules: ScheduleDefinition[], onCreated: (schedule: ScheduleDefinition) => void) {
    this.#schedules = schedules;
    this.#onCreated = onCreated;
  }

  /** Answers a request below `/schedules`; https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
  answer({ method, url, body }: LoopbackRequest): LoopbackResponse {
    const [, , name] = url.pathname.split('/').map(decodeURIComponent);
    if (method === 'POST' && name !== undefined) return jsonResponse(this.#create(name, body));
    if (method !== 'GET') throw unknownOperation(`${method} ${url.pathname}`);
    return jsonResponse(name === undefined ? this.#list(url) : this.#get(name, url));
  }

  #create(name: string, body: string): unknown {
    const input = JSON.parse(body) as CreateScheduleInput;
    const { GroupName: groupName = 'default', ScheduleExpression: expression } = input;
    const { ScheduleExpressionTimezone: timezone = 'UTC', Target: target } = input;
    if (!this.#schedules.some((it) => it.name === name && it.groupName === groupName)) {
      // Of the same region and account as what it calls.
      const [, , , region, account] = target.Arn.split(':');
      const arn = `arn:aws:scheduler:${region}:${account}:schedule/${groupName}/${name}`;
      const schedule: ScheduleDefinition = {
        ...{ logicalId: name, name, arn, groupName, expression, timezone },
        recurrence: parse(expression, timezone),
        enabled: true,
        targetArn: target.Arn,
        input: target.Input ?? '{}',
        roleArn: target.RoleArn,
        deadLetterQueueArn: target.DeadLetterConfig?.Arn,
        description: undefined,
        deleteAfterCompletion: input.ActionAfterCompletion === 'DELETE',
      };
      this.#schedules.push(schedule);
      this.#onCreated(schedule);
      return { ScheduleArn: arn };
    }
    throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
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

interface CreateScheduleInput {
  GroupName?: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  ActionAfterCompletion?: string;
  Target: { Arn: string; RoleArn: string; Input?: string; DeadLetterConfig?: { Arn: string } };
}

function parse(expression: string, timezone: string): ScheduleDefinition['recurrence'] {
  try {
    return parseScheduleExpression(expression, timezone);
  } catch (error) {
    throw new AwsError('ValidationException', (error as Error).message);
  }
}
