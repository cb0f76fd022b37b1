/** AWS::Lambda::Function, from the code that was uploaded. */
import { pseudoParameters } from '../../../../local/assembly/identity.ts';
import { resolve } from '../../../../local/assembly/resolve.ts';
import {
  defaultEventInvokeConfig,
  type EventInvokeConfigDefinition,
} from '../../../../local/assembly/resources/event-invoke-config.ts';
import type { FunctionDefinition } from '../../../../local/assembly/resources/function.ts';
import type { AsynchronousInvocations } from '../../../../local/functions/asynchronous-invocations.ts';
import { takeFunctionRole } from '../../../../local/functions/function-role.ts';
import { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { MetricTotals } from '../../../../local/functions/metric-totals.ts';
import type { ServiceEndpoints } from '../../../../local/functions/sandbox-environment.ts';
import type { AccessControl } from '../../../../local/iam/access-control.ts';
import { CDK_PROVIDER_HANDLER, type CustomResources } from '../custom-resources.ts';
import { DeployedFunction } from '../deployed-function.ts';
import type { PlannedTemplate, Stack } from '../stack.ts';
import type { ResourceProvider } from '../stack-operations.ts';
import type { UploadedCode } from '../uploaded-code.ts';

export interface FunctionsOptions {
  code: UploadedCode;
  customResources: CustomResources;
  access: AccessControl;
  asynchronous: AsynchronousInvocations;
  metrics: MetricTotals;
  endpoints: ServiceEndpoints;
  logDirectory: string;
  onError(functionName: string, problem: string): void;
}

export class Functions implements ResourceProvider {
  readonly #options: FunctionsOptions;
  readonly #byName = new Map<string, DeployedFunction>();
  #invokeConfigs: readonly EventInvokeConfigDefinition[] = [];

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  /** @param nameOrArn with or without a version, which is always the newest here */
  find(nameOrArn: string): DeployedFunction | undefined {
    return this.#byName.get(/:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn);
  }

  /** @throws Error when it has not been made, or is gone. */
  get(nameOrArn: string): DeployedFunction {
    const found = this.find(nameOrArn);
    if (found === undefined) throw new Error(`Function not found: ${nameOrArn}`);
    return found;
  }

  /** False when there is no such function. */
  acceptAsynchronously(nameOrArn: string, payload: string): boolean {
    const target = this.find(nameOrArn);
    if (target === undefined) return false;
    const { name } = target.definition;
    const config = this.#invokeConfigs.find(({ functionName }) => functionName === name);
    this.#options.asynchronous.accept(target, config ?? defaultEventInvokeConfig(name), payload);
    return true;
  }

  /** What a template says about asynchronous invocations, all at once. */
  setInvokeConfigs(configs: readonly EventInvokeConfigDefinition[]): void {
    this.#invokeConfigs = configs;
  }

  async create(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    const code = await this.#load(stack, logicalId, wanted);
    this.#byName.set(code.definition.name, new DeployedFunction(code));
  }

  async update(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void> {
    const code = await this.#load(stack, logicalId, wanted);
    await this.get(code.definition.name).replace(code);
  }

  async delete(_stack: Stack, logicalId: string, { plan }: PlannedTemplate): Promise<void> {
    const { name } = definitionOf(logicalId, plan.functions);
    await this.find(name)?.stop();
    this.#byName.delete(name);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#byName.values()].map((deployed) => deployed.stop()));
  }

  async #load(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<LambdaFunction> {
    const { code, access, customResources, metrics, endpoints, logDirectory, onError } =
      this.#options;
    const { plan } = wanted;
    const definition = definitionOf(logicalId, plan.functions);
    const role = takeFunctionRole(definition, access, plan.region, onError);
    const bucket = bucketOf(stack, logicalId, wanted);
    const taskRoot = await code.unpack({ bucket, key: definition.codeKey });
    const handler =
      definition.handler === CDK_PROVIDER_HANDLER
        ? await customResources.redirect(taskRoot)
        : definition.handler;
    return new LambdaFunction({
      definition: { ...definition, handler },
      taskRoot,
      region: plan.region,
      credentials: access.credentialsOf(role),
      endpoints,
      logDirectory,
      metrics,
      onError: (name, { error }) => onError(name, `${error?.errorType}: ${error?.errorMessage}`),
      onFatal: (problem) => onError('log', problem),
    });
  }
}

function definitionOf(
  logicalId: string,
  functions: readonly FunctionDefinition[],
): FunctionDefinition {
  const definition = functions.find((candidate) => candidate.logicalId === logicalId);
  if (definition === undefined) throw new Error(`the template has no function ${logicalId}`);
  return definition;
}

/** A local run reads assets from the assembly, so the plan has no bucket. */
function bucketOf(stack: Stack, logicalId: string, { template, plan }: PlannedTemplate): string {
  const code = template.Resources[logicalId]?.Properties?.['Code'] as { S3Bucket: unknown };
  const unsupported = (name: string): never => {
    throw new Error(`${logicalId}: the bucket of its code depends on ${name}`);
  };
  const bucket = resolve(code.S3Bucket, {
    template,
    pseudoParameters: pseudoParameters(stack.name, plan.region),
    ref: unsupported,
    attribute: unsupported,
  });
  return String(bucket);
}
