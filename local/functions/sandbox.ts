/** One process of a function with the Runtime API that feeds it: what Lambda calls an execution environment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type LoopbackRequest,
  type LoopbackResponse,
  type LoopbackServer,
  startLoopbackServer,
} from '../loopback-server.ts';
import type { InvocationResult } from './invocation-result.ts';
import { RuntimeError, type RuntimeErrorBody, toErrorBody } from './runtime-error.ts';

export interface SandboxOptions {
  functionArn: string;
  /** Folder of the unpacked code. */
  taskRoot: string;
  environment: Record<string, string>;
  memoryMb: number;
  timeoutSeconds: number;
  /** Takes each line the process prints. */
  log(line: string): void;
}

interface Invocation {
  requestId: string;
  payload: string;
  settle(result: InvocationResult): void;
}

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.ts', import.meta.url));

/** Lambda's limit for loading the code; https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const INIT_TIMEOUT_MS = 10_000;

export class Sandbox {
  readonly #options: SandboxOptions;
  #server: LoopbackServer | undefined;
  #process: ChildProcess | undefined;
  /** The latest invocation, until the next one. */
  #invocation: Invocation | undefined;
  #undelivered: Invocation | undefined;
  /** The process's open request for its next event. */
  #deliver: ((response: LoopbackResponse) => void) | undefined;
  #ready = Promise.withResolvers<void>();
  #logsEnded = Promise.withResolvers<void>();
  #closed = Promise.withResolvers<void>();
  #alive = true;

  private constructor(options: SandboxOptions) {
    this.#options = options;
  }

  /** @throws RuntimeError when the code cannot be loaded; `name` is Lambda's error type. */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(options);
    await sandbox.#start();
    return sandbox;
  }

  /** False once the process has ended; it then takes no more invocations. */
  get alive(): boolean {
    return this.#alive;
  }

  get processId(): number | undefined {
    return this.#process?.pid;
  }

  /** One at a time. Never rejects: what goes wrong is in the result. */
  async invoke(payload: string): Promise<InvocationResult> {
    const requestId = randomUUID();
    const { promise, resolve } = Promise.withResolvers<InvocationResult>();
    this.#logsEnded = Promise.withResolvers<void>();
    this.#invocation = { requestId, payload, settle: resolve };
    this.#undelivered = this.#invocation;
    const { timeoutSeconds } = this.#options;
    const timer = setTimeout(() => {
      const message = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
      this.#options.log(`${requestId} ${message}`);
      this.#settle(functionError('Sandbox.Timedout', `RequestId: ${requestId} Error: ${message}`));
      this.#kill();
    }, timeoutSeconds * 1000);
    this.#handOver();
    const result = await promise;
    clearTimeout(timer);
    // Metrics are printed, so an answer only counts once all that was printed before it is read.
    if (this.#alive) await this.#logsEnded.promise;
    return result;
  }

  /** Returns when all that the process printed has been read. */
  async stop(): Promise<void> {
    this.#kill();
    await this.#closed.promise;
    await this.#server?.close();
  }

  async #start(): Promise<void> {
    this.#server = await startLoopbackServer((request) => this.#answer(request));
    const { environment, memoryMb, taskRoot } = this.#options;
    const child = spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, BOOTSTRAP], {
      cwd: taskRoot,
      env: { ...environment, AWS_LAMBDA_RUNTIME_API: new URL(this.#server.url).host },
      // Its own process group: Ctrl-C reaches the runner alone, which lets invocations finish.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#read(line));
    }
    child.on('error', (error) => this.#ended(error.message));
    child.on('close', (code, signal) => this.#ended(signal ?? `exit status ${code}`));
    const timer = setTimeout(() => {
      this.#ready.reject(new RuntimeError('Sandbox.Timedout', 'the code took over 10 s to load'));
    }, INIT_TIMEOUT_MS);
    try {
      await this.#ready.promise;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
  async #answer({ url, body }: LoopbackRequest): Promise<LoopbackResponse> {
    const [, requestId, outcome] =
      /\/invocation\/([^/]+)\/(response|error)$/.exec(url.pathname) ?? [];
    if (url.pathname.endsWith('/invocation/next')) {
      const { promise, resolve } = Promise.withResolvers<LoopbackResponse>();
      this.#deliver = resolve;
      this.#ready.resolve();
      this.#handOver();
      return promise;
    }
    if (url.pathname.endsWith('/init/error')) {
      const { errorType, errorMessage } = JSON.parse(body) as RuntimeErrorBody;
      this.#ready.reject(new RuntimeError(errorType, errorMessage));
    } else if (requestId === this.#invocation?.requestId) {
      this.#settle(
        outcome === 'error' ? { payload: body, error: JSON.parse(body) } : { payload: body },
      );
    }
    return { status: 202, body: '{"status":"OK"}' };
  }

  #handOver(): void {
    const invocation = this.#undelivered;
    if (invocation === undefined || this.#deliver === undefined) return;
    const { functionArn, timeoutSeconds } = this.#options;
    this.#deliver({
      status: 200,
      headers: {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': invocation.requestId,
        'lambda-runtime-deadline-ms': String(Date.now() + timeoutSeconds * 1000),
        'lambda-runtime-invoked-function-arn': functionArn,
      },
      body: invocation.payload,
    });
    this.#deliver = undefined;
    this.#undelivered = undefined;
  }

  #read(line: string): void {
    if (line === '') return;
    if (line === `END RequestId: ${this.#invocation?.requestId}`) this.#logsEnded.resolve();
    else this.#options.log(line);
  }

  #settle(result: InvocationResult): void {
    this.#invocation?.settle(result);
  }

  #ended(how: string): void {
    this.#alive = false;
    const message = `RequestId: ${this.#invocation?.requestId ?? 'init'} Error: Runtime exited with error: ${how}`;
    this.#ready.reject(new RuntimeError('Runtime.ExitError', message));
    this.#settle(functionError('Runtime.ExitError', message));
    this.#logsEnded.resolve();
    this.#closed.resolve();
  }

  #kill(): void {
    this.#alive = false;
    this.#logsEnded.resolve();
    const { pid, exitCode = null, signalCode = null } = this.#process ?? {};
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      // The group: what the function itself has started goes with it.
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function functionError(errorType: string, message: string): InvocationResult {
  const error = toErrorBody(new RuntimeError(errorType, message));
  const { trace: _, ...payload } = error;
  return { payload: JSON.stringify(payload), error };
}
