/** Runs a synthesized stack on this machine: its queues, functions, triggers, event sources and schedules. */
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { readAssembly } from './assembly/read-assembly.ts';
import { planStack, type StackPlan } from './assembly/stack-plan.ts';
import { ParameterStore } from './endpoints/parameter-store.ts';
import { startAwsEndpoint } from './endpoints/start-aws-endpoint.ts';
import { EventSource } from './event-sources/event-source.ts';
import { AsynchronousInvocations } from './functions/asynchronous-invocations.ts';
import { FunctionRegistry } from './functions/function-registry.ts';
import { takeFunctionRole } from './functions/function-role.ts';
import type { InvocationResult } from './functions/invocation-result.ts';
import type { FunctionProcess } from './functions/lambda-function.ts';
import { MetricTotals } from './functions/metric-totals.ts';
import { LOCAL_CREDENTIALS } from './functions/sandbox-environment.ts';
import { AccessControl } from './iam/access-control.ts';
import { Guard } from './iam/guard.ts';
import { createQueues } from './queue/create-queues.ts';
import { giveBackInFlight } from './queue/give-back.ts';
import { type LoopbackFauxqsOptions, startLoopbackFauxqs } from './queue/loopback-fauxqs.ts';
import { RoleClients } from './queue/role-clients.ts';
import { ScheduleClock } from './schedules/schedule-clock.ts';
import { ScheduleDelivery } from './schedules/schedule-delivery.ts';
import { freePort } from './state/free-port.ts';
import { makePrivateFolder } from './state/private-folder.ts';
import { Teardown } from './teardown.ts';

export interface RunAssemblyOptions {
  /** What `cdk synth` wrote. */
  assemblyDirectory: string;
  /** Keeps queues and logs over restarts. */
  stateDirectory: string;
  /** Ports of an earlier start, taken again when they are free. */
  ports?: { sqs?: number | undefined; aws?: number | undefined };
  /** Values of the SSM parameters that the functions read. */
  parameters(plan: StackPlan): Record<string, string>;
  /** Takes the place of what the template gives a variable, in the functions that have it. */
  environment?: Record<string, string>;
  /** Runs once the triggers have, before events flow: the schema exists now. */
  afterTriggers?(): Promise<void>;
  /** Told what the stack is busy with. */
  onProgress?(step: string): void;
  /** Told what goes wrong in a function while it runs. */
  onError(functionName: string, problem: string): void;
  /** Told of what no run goes on with: a log that cannot be written. Default: `onError` is. */
  onFatal?(problem: string): void;
  /** Waits between attempts of asynchronous invocations; default: as on AWS. */
  retryDelaysMs?: readonly number[];
  /** Nothing runs by the clock before `startSchedules`. */
  holdSchedules?: boolean;
  /** Default: fauxqs in this process. */
  startQueueEngine?(options: Required<LoopbackFauxqsOptions>): Promise<QueueEngine>;
}

/** A fauxqs, wherever it runs. */
export interface QueueEngine {
  /** `http://127.0.0.1:<port>`, the endpoint for SQS clients. */
  address: string;
  stop(): Promise<void>;
}

export interface RunningStack {
  plan: StackPlan;
  sqs: SQSClient;
  sqsEndpoint: string;
  /** Parameter Store, Scheduler, Lambda and CloudFormation. */
  awsEndpoint: string;
  metrics: MetricTotals;
  /** What the stack's roles may do, and what they asked for. */
  access: AccessControl;
  /** @throws Error when there is no such function. */
  invoke(functionName: string, event: unknown): Promise<InvocationResult>;
  /** Lets schedules that were held run from now on. */
  startSchedules(): void;
  /** Runs a schedule's target once, as if it had been due at that moment, and waits for it. */
  runSchedule(name: string, scheduledTime: Date): Promise<InvocationResult>;
  /** What the function runs in at this moment. */
  processes(functionName: string): FunctionProcess[];
  /** Lets invocations under way finish, then ends everything. */
  stop(): Promise<void>;
}

/**
 * @throws AssemblyError for what cannot be run locally, or an Error naming the function whose code cannot be loaded or
 *   whose trigger failed. Nothing is left running then.
 */
export async function runAssembly(options: RunAssemblyOptions): Promise<RunningStack> {
  const teardown = new Teardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    // The first error is the one to tell; those of stopping half a stack would hide it.
    await teardown.run().catch(() => {});
    throw error;
  }
}

async function start(options: RunAssemblyOptions, teardown: Teardown): Promise<RunningStack> {
  const { stateDirectory, onError, onProgress = () => {} } = options;
  const logDirectory = join(stateDirectory, 'logs');
  await makePrivateFolder(logDirectory);

  onProgress('reading the stack');
  const assembly = await readAssembly(options.assemblyDirectory);
  const sqsPort = await freePort(options.ports?.sqs);
  const plan = planStack(assembly, `http://127.0.0.1:${sqsPort}`);
  replaceVariables(plan, options.environment ?? {});

  const access = new AccessControl(plan.roles);
  const guard = new Guard(access, plan.region);

  onProgress('making the queues');
  const { sqs, sqsEndpoint } = await startQueues({ plan, options, guard, port: sqsPort, teardown });
  const clients = new RoleClients({
    access,
    queues: plan.queues,
    endpoint: sqsEndpoint,
    region: plan.region,
  });
  teardown.add(async () => clients.destroy());

  const metrics = new MetricTotals();
  const parameters = new ParameterStore();
  for (const [name, value] of Object.entries(options.parameters(plan))) parameters.set(name, value);
  const asynchronous = new AsynchronousInvocations({
    sendTo: ({ roleArn }, queueArn, body) =>
      clients.send(access.assume(roleArn, 'lambda.amazonaws.com'), queueArn, body),
    onError: (error) => onError('failure destination', String(error)),
    retryDelaysMs: options.retryDelaysMs,
  });
  // The functions need the endpoint's address, and the endpoint invokes the functions.
  let functions: FunctionRegistry | undefined;
  let clock: ScheduleClock | undefined;
  const aws = await startAwsEndpoint(
    {
      stack: plan,
      parameters,
      schedules: plan.schedules,
      onScheduleChanged: (schedule) => clock?.replan(schedule),
      guard,
      invoker: {
        invoke: (name, payload) => functions?.find(name)?.invoke(payload),
        invokeAsynchronously: (name, payload) =>
          functions?.acceptAsynchronously(name, payload) ?? false,
      },
    },
    await freePort(options.ports?.aws),
  );
  teardown.add(() => aws.close());
  const registry = new FunctionRegistry({
    plan,
    access,
    asynchronous,
    metrics,
    logDirectory,
    assetDirectory: (codeKey) => assembly.assetDirectory(codeKey),
    endpoints: { sqs: sqsEndpoint, aws: aws.url },
    onError,
    onFatal: options.onFatal ?? ((problem) => onError('log', problem)),
  });
  functions = registry;
  teardown.add(() => registry.stop());
  teardown.add(() => asynchronous.stop());

  await runTriggers({ plan, registry, access, onProgress, onError });
  await options.afterTriggers?.();
  onProgress('loading the functions');
  await registry.warmUp();

  await startEventSources({ plan, registry, access, clients, onError, teardown });
  const delivery = new ScheduleDelivery({ registry, access, clients });
  const startSchedules = (): void => {
    clock ??= new ScheduleClock(plan.schedules, (schedule, scheduledTime) => {
      delivery
        .start(schedule, scheduledTime)
        .catch((error: unknown) => onError('EventBridge Scheduler', String(error)));
    });
  };
  teardown.add(async () => clock?.stop());
  if (options.holdSchedules !== true) startSchedules();

  return {
    plan,
    sqs,
    sqsEndpoint,
    awsEndpoint: aws.url,
    metrics,
    access,
    invoke: async (name, event) => registry.get(name).invoke(JSON.stringify(event)),
    startSchedules,
    runSchedule: async (name, scheduledTime) => {
      const schedule = plan.schedules.find((candidate) => candidate.name === name);
      if (schedule === undefined) throw new Error(`the stack has no schedule ${name}`);
      return delivery.run(schedule, scheduledTime);
    },
    processes: (name) => registry.get(name).processes,
    stop: () => teardown.run(),
  };
}

/** A variable that a function does not have stays away: it would work here and be missing on AWS. */
function replaceVariables(plan: StackPlan, environment: Record<string, string>): void {
  for (const [name, value] of Object.entries(environment)) {
    for (const { environment: variables } of plan.functions) {
      if (name in variables) variables[name] = value;
    }
  }
}

async function startQueues(parts: {
  plan: StackPlan;
  options: RunAssemblyOptions;
  guard: Guard;
  port: number;
  teardown: Teardown;
}): Promise<{ sqs: SQSClient; sqsEndpoint: string }> {
  const { plan, options, guard, port, teardown } = parts;
  const { stateDirectory, startQueueEngine = startLoopbackFauxqs } = options;
  const dataDir = join(stateDirectory, 'sqs');
  await makePrivateFolder(dataDir);
  const engine = await startQueueEngine({ port, dataDir, guard });
  teardown.add(() => engine.stop());
  const sqs = new SQSClient({
    endpoint: engine.address,
    region: plan.region,
    credentials: LOCAL_CREDENTIALS,
  });
  teardown.add(async () => sqs.destroy());
  await createQueues(sqs, plan.queues);
  await giveBackInFlight(sqs, engine.address, plan.queues);
  return { sqs, sqsEndpoint: engine.address };
}

async function runTriggers(parts: {
  plan: StackPlan;
  registry: FunctionRegistry;
  access: AccessControl;
  onProgress: (step: string) => void;
  onError: RunAssemblyOptions['onError'];
}): Promise<void> {
  const { plan, registry, access, onProgress, onError } = parts;
  for (const { logicalId, handlerArn, providerArn } of plan.triggers) {
    const provider = plan.functions.find(({ arn }) => arn === providerArn);
    if (provider === undefined) throw new Error(`trigger ${logicalId}: no function ${providerArn}`);
    const role = takeFunctionRole(provider, access, plan.region, onError);
    access.require(role, { action: 'lambda:InvokeFunction', resource: handlerArn });
    const target = registry.get(handlerArn);
    onProgress(`running ${target.definition.name}`);
    await target.warmUp();
    const { error } = await target.invoke('{}');
    if (error !== undefined) {
      throw new Error(
        `trigger ${logicalId} failed: ${target.definition.name}: ${error.errorType}: ${error.errorMessage}; its log: ${target.logPath}`,
      );
    }
  }
}

async function startEventSources(parts: {
  plan: StackPlan;
  registry: FunctionRegistry;
  access: AccessControl;
  clients: RoleClients;
  onError: RunAssemblyOptions['onError'];
  teardown: Teardown;
}): Promise<void> {
  const { plan, registry, access, clients, onError, teardown } = parts;
  for (const mapping of plan.eventSourceMappings) {
    if (!mapping.enabled) continue;
    const target = registry.get(mapping.functionName);
    const source = await EventSource.start({
      mapping,
      queueUrl: clients.urlOf(mapping.queueArn),
      region: plan.region,
      target,
      sqs: clients.as(access.assume(target.definition.roleArn, 'lambda.amazonaws.com')),
      onError,
    });
    teardown.add(() => source.stop());
  }
}
