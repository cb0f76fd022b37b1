/** A function of the stack: as many sandboxes as there are invocations at once. */
import type { FunctionDefinition } from '../assembly/resources/function.ts';
import type { Credentials } from '../iam/access-control.ts';
import { FunctionLog } from './function-log.ts';
import type { InvocationResult } from './invocation-result.ts';
import type { MetricTotals } from './metric-totals.ts';
import { toErrorBody } from './runtime-error.ts';
import { Sandbox, type SandboxOptions } from './sandbox.ts';
import { type ServiceEndpoints, sandboxEnvironment } from './sandbox-environment.ts';

export interface LambdaFunctionOptions {
  definition: FunctionDefinition;
  /** Folder of the function's code. */
  taskRoot: string;
  region: string;
  endpoints: ServiceEndpoints;
  /** Of the function's role. */
  credentials: Credentials;
  /** Where `<function>.log` is kept. */
  logDirectory: string;
  metrics: MetricTotals;
  /** Told of every failed invocation, for the terminal. */
  onError(functionName: string, result: InvocationResult): void;
  /** Told when the log cannot be written. */
  onFatal(problem: string): void;
}

/** Whatever can be called like a function of the stack. */
export type Invocable = Pick<LambdaFunction, 'definition' | 'invoke'>;

export interface FunctionProcess {
  processId: number;
  /** Whether it has an event to deal with. */
  isBusy: boolean;
}

/** Lambda would run another version of Node than this one. */
const RUNTIME = `nodejs${process.versions.node.split('.')[0]}.x`;

export class LambdaFunction {
  readonly definition: FunctionDefinition;
  readonly #options: LambdaFunctionOptions;
  readonly #sandboxOptions: SandboxOptions;
  readonly #log: FunctionLog;
  readonly #idle: Sandbox[] = [];
  readonly #sandboxes = new Set<Sandbox>();
  #stopped = false;

  constructor(options: LambdaFunctionOptions) {
    const { definition, taskRoot, region, endpoints, credentials, logDirectory, metrics } = options;
    this.#options = options;
    this.definition = definition;
    this.#log = new FunctionLog(logDirectory, definition.name, options.onFatal);
    this.#sandboxOptions = {
      functionArn: definition.arn,
      taskRoot,
      environment: sandboxEnvironment(definition, credentials, taskRoot, region, endpoints),
      memoryMb: definition.memoryMb,
      timeoutSeconds: definition.timeoutSeconds,
      log: (line) => {
        metrics.add(definition.name, line);
        this.#log.write(line);
      },
    };
  }

  get logPath(): string {
    return this.#log.path;
  }

  /** Those that live, in no order. */
  get processes(): FunctionProcess[] {
    return [...this.#sandboxes].flatMap((sandbox) =>
      sandbox.alive && sandbox.processId !== undefined
        ? [{ processId: sandbox.processId, isBusy: !this.#idle.includes(sandbox) }]
        : [],
    );
  }

  /**
   * Loads the code once, so that a wrong handler or a missing variable shows before the first event.
   *
   * @throws Error naming the function and what its code could not do.
   */
  async warmUp(): Promise<void> {
    const { name, runtime, handler } = this.definition;
    if (runtime !== RUNTIME) {
      throw new Error(`${name} wants ${runtime}, and this is ${RUNTIME}: start with that Node.js`);
    }
    try {
      this.#idle.push(await this.#startSandbox());
    } catch (error) {
      const { errorType, errorMessage } = toErrorBody(error);
      throw new Error(
        `${name} cannot be loaded (handler ${handler}): ${errorType}: ${errorMessage}; its log: ${this.#log.path}`,
        { cause: error },
      );
    }
  }

  /**
   * Runs the handler. Never rejects: failures of code, time or memory are in the result.
   *
   * @param payload JSON text
   */
  async invoke(payload: string): Promise<InvocationResult> {
    const result = await this.#run(payload);
    if (result.error !== undefined) this.#options.onError(this.definition.name, result);
    return result;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.stop()));
    await this.#log.close();
  }

  async #run(payload: string): Promise<InvocationResult> {
    let sandbox = this.#idle.pop();
    while (sandbox !== undefined && !sandbox.alive) {
      await this.#remove(sandbox);
      sandbox = this.#idle.pop();
    }
    try {
      sandbox ??= await this.#startSandbox();
    } catch (error) {
      const body = toErrorBody(error);
      return { payload: JSON.stringify(body), error: body };
    }
    const result = await sandbox.invoke(payload);
    if (sandbox.alive) this.#idle.push(sandbox);
    else await this.#remove(sandbox);
    return result;
  }

  async #startSandbox(): Promise<Sandbox> {
    if (this.#stopped) throw new Error(`${this.definition.name} has been stopped`);
    const sandbox = await Sandbox.start(this.#sandboxOptions);
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  async #remove(sandbox: Sandbox): Promise<void> {
    this.#sandboxes.delete(sandbox);
    await sandbox.stop();
  }
}
