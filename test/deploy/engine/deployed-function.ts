/** A function whose code can be replaced while others call it. */
import type { FunctionDefinition } from '../../../local/assembly/resources/function.ts';
import type { InvocationResult } from '../../../local/functions/invocation-result.ts';
import type { LambdaFunction } from '../../../local/functions/lambda-function.ts';

export class DeployedFunction {
  #current: LambdaFunction;
  readonly #running = new Set<Promise<unknown>>();
  #invocations = 0;

  constructor(first: LambdaFunction) {
    this.#current = first;
  }

  get definition(): FunctionDefinition {
    return this.#current.definition;
  }

  /** How often it was called, since it was first made. */
  get invocations(): number {
    return this.#invocations;
  }

  async invoke(payload: string): Promise<InvocationResult> {
    this.#invocations += 1;
    const result = this.#current.invoke(payload);
    this.#running.add(result);
    return result.finally(() => this.#running.delete(result));
  }

  /** What is called from now on runs the new code; what runs is let finish. */
  async replace(next: LambdaFunction): Promise<void> {
    const old = this.#current;
    const running = [...this.#running];
    this.#current = next;
    await Promise.all(running);
    await old.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running);
    await this.#current.stop();
  }
}
