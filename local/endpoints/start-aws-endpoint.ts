/** One loopback address for Parameter Store, Scheduler, Lambda and CloudFormation, as the AWS SDKs and the AWS CLI speak to them. */
import type { ScheduleDefinition } from '../assembly/resources/schedule.ts';
import type { Guard } from '../iam/guard.ts';
import {
  type LoopbackRequest,
  type LoopbackResponse,
  type LoopbackServer,
  startLoopbackServer,
} from '../loopback-server.ts';
import { AwsError, speaksQuery, unknownOperation } from './aws-error.ts';
import { answerCloudFormationRequest, type DescribedStack } from './cloudformation-api.ts';
import { answerLambdaRequest, type Invoker } from './lambda-api.ts';
import type { ParameterStore } from './parameter-store.ts';
import { SchedulerApi } from './scheduler-api.ts';

export interface AwsServices {
  stack: DescribedStack;
  parameters: ParameterStore;
  schedules: ScheduleDefinition[];
  /** Of one that is made, stopped or resumed. Absent: what is made does not run. */
  onScheduleChanged?(schedule: ScheduleDefinition): void;
  invoker: Invoker;
  guard: Guard;
}

/** @param port 0 lets the system choose */
export function startAwsEndpoint(services: AwsServices, port: number): Promise<LoopbackServer> {
  const scheduler = new SchedulerApi(services.schedules, (schedule) =>
    services.onScheduleChanged?.(schedule),
  );
  const route = async (request: LoopbackRequest): Promise<LoopbackResponse> => {
    const { pathname } = request.url;
    if (request.headers['x-amz-target'] !== undefined) return services.parameters.answer(request);
    if (speaksQuery(request)) {
      return answerCloudFormationRequest(request, services.stack);
    }
    if (/^\/schedules(\/|$)/.test(pathname)) return scheduler.answer(request);
    if (pathname.startsWith('/2015-03-31/functions/')) {
      return answerLambdaRequest(request, services.invoker);
    }
    throw unknownOperation(`${request.method} ${pathname}`);
  };
  return startLoopbackServer(async (request) => {
    try {
      return services.guard.refusal(request) ?? (await route(request));
    } catch (error) {
      if (error instanceof AwsError) return error.toResponse(request);
      throw error;
    }
  }, port);
}
