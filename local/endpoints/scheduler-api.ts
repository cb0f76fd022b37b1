/** The part of the EventBridge Scheduler API that lists and shows schedules, makes those that run once, stops and resumes them. */

import { isDeepStrictEqual } from 'node:util';
import { parseScheduleExpression } from '../../domain/schedules/schedule-expression.ts';
import type { ScheduleDefinition } from '../assembly/resources/schedule.ts';
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import { AwsError, jsonResponse, unknownOperation } from './aws-error.ts';

export class SchedulerApi {
  readonly #schedules: ScheduleDefinition[];
  readonly #onChanged: (schedule: ScheduleDefinition) => void;
  readonly #createdAt = Date.now() / 1000;

  /** @param schedules gets those that are made, too */
  constructor(schedules: ScheduleDefinition[], onChanged: (schedule: ScheduleDefinition) => void) {
    this.#schedules = schedules;
    this.#onChanged = onChanged;
  }

  /** Answers a request below `/schedules`; https://docs.aws.amazon.com/scheduler/latest/APIReference/ */
  answer({ method, url, body }: LoopbackRequest): LoopbackResponse {
    const [, , name] = url.pathname.split('/').map(decodeURIComponent);
    if (method === 'POST' && name !== undefined) return jsonResponse(this.#create(name, body));
    if (method === 'PUT' && name !== undefined) return jsonResponse(this.#update(name, body));
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
      this.#onChanged(schedule);
      return { ScheduleArn: arn };
    }
    throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
  }

  /** Nothing but the state: a schedule is what the template says. */
  #update(name: string, body: string): unknown {
    const input = JSON.parse(body) as UpdateScheduleInput;
    const schedule = this.#find(name, input.GroupName ?? 'default');
    const shown = this.#show(schedule);
    for (const key of ['ScheduleExpression', 'ScheduleExpressionTimezone', 'Target'] as const) {
      if (!isDeepStrictEqual(input[key], shown[key])) {
        throw new AwsError('ValidationException', `${key} cannot be changed here, only State.`);
      }
    }
    // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
    schedule.enabled = (input.State ?? 'ENABLED') === 'ENABLED';
    this.#onChanged(schedule);
    return { ScheduleArn: schedule.arn };
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
    return this.#show(this.#find(name, searchParams.get('groupName') ?? 'default'));
  }

  #find(name: string, group: string): ScheduleDefinition {
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
    return schedule;
  }

  #show(schedule: ScheduleDefinition) {
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

interface UpdateScheduleInput {
  GroupName?: string;
  ScheduleExpression?: string;
  ScheduleExpressionTimezone?: string;
  State?: string;
  Target?: object;
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
