/** All functions of the stack, found by name or ARN. */
import { defaultEventInvokeConfig } from '../assembly/resources/event-invoke-config.ts';
import type { FunctionDefinition } from '../assembly/resources/function.ts';
import type { StackPlan } from '../assembly/stack-plan.ts';
import type { AccessControl } from '../iam/access-control.ts';
import type { AsynchronousInvocations } from './asynchronous-invocations.ts';
import { takeFunctionRole } from './function-role.ts';
import { LambdaFunction } from './lambda-function.ts';
import type { MetricTotals } from './metric-totals.ts';
import type { ServiceEndpoints } from './sandbox-environment.ts';

export interface FunctionRegistryOptions {
  plan: StackPlan;
  access: AccessControl;
  asynchronous: AsynchronousInvocations;
  metrics: MetricTotals;
  logDirectory: string;
  /** Folder of the code's asset. */
  assetDirectory(codeKey: string): string;
  endpoints: ServiceEndpoints;
  onError(functionName: string, problem: string): void;
  /** Told of what no run goes on with. */
  onFatal(problem: string): void;
}

export class FunctionRegistry {
  readonly #options: FunctionRegistryOptions;
  readonly #functions = new Map<string, LambdaFunction>();

  constructor(options: FunctionRegistryOptions) {
    this.#options = options;
  }

  /**
   * @param nameOrArn a name, an ARN, or either with `:<version>` behind it
   * @returns undefined when the stack has no such function
   */
  find(nameOrArn: string): LambdaFunction | undefined {
    const name = functionName(nameOrArn);
    const existing = this.#functions.get(name);
    if (existing !== undefined) return existing;
    const definition = this.#options.plan.functions.find((candidate) => candidate.name === name);
    if (definition === undefined) return undefined;
    const created = this.#create(definition);
    this.#functions.set(name, created);
    return created;
  }

  /** @throws Error when the stack has no such function. */
  get(nameOrArn: string): LambdaFunction {
    const found = this.find(nameOrArn);
    if (found === undefined) throw new Error(`the stack has no function ${nameOrArn}`);
    return found;
  }

  /** False when the stack has no such function. */
  acceptAsynchronously(nameOrArn: string, payload: string): boolean {
    const target = this.find(nameOrArn);
    if (target === undefined) return false;
    const config = this.#options.plan.eventInvokeConfigs.find(
      (candidate) => functionName(candidate.functionName) === target.definition.name,
    );
    const { asynchronous } = this.#options;
    asynchronous.accept(
      target,
      config ?? defaultEventInvokeConfig(target.definition.name),
      payload,
    );
    return true;
  }

  /**
   * Loads the code of every function that events or schedules reach. A custom resource's provider is none of them: the
   * engine does its work.
   *
   * @throws Error naming the first function that cannot be loaded.
   */
  async warmUp(): Promise<void> {
    const { eventSourceMappings, schedules } = this.#options.plan;
    const names = [
      ...eventSourceMappings.map((mapping) => mapping.functionName),
      ...schedules.map((schedule) => schedule.targetArn),
    ].map(functionName);
    await Promise.all([...new Set(names)].map((name) => this.get(name).warmUp()));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#functions.values()].map((target) => target.stop()));
  }

  #create(definition: FunctionDefinition): LambdaFunction {
    const { plan, access, metrics, logDirectory, assetDirectory, endpoints, onError, onFatal } =
      this.#options;
    const role = takeFunctionRole(definition, access, plan.region, onError);
    return new LambdaFunction({
      definition,
      taskRoot: assetDirectory(definition.codeKey),
      region: plan.region,
      endpoints,
      credentials: access.credentialsOf(role),
      logDirectory,
      metrics,
      onError: (name, { error }) => onError(name, `${error?.errorType}: ${error?.errorMessage}`),
      onFatal,
    });
  }
}

function functionName(nameOrArn: string): string {
  const arn = /^(?:arn:aws:lambda:[^:]*:[^:]*:|\d{12}:)?(?:function:)?([^:]+)(?::[^:]+)?$/;
  return arn.exec(nameOrArn)?.[1] ?? nameOrArn;
}
