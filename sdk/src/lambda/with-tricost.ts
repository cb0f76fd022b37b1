/** The wrapper of a handler. */
import { type Flushable, flushInTime, type LambdaOptions } from './flush-in-time.ts';

/**
 * Sends what the handler has published before its result goes to Lambda, or its error. Both stay as they are.
 *
 * @param handler an async one, streaming or not. One that answers by callback ends when it likes, and is only started
 */
export function withTricost<Args extends unknown[], Result>(
  tricost: Flushable,
  handler: (...args: Args) => Result,
  options: LambdaOptions = {},
): (...args: Args) => Result {
  return (...args) => {
    const result = handler(...args);
    return isPromise(result) ? (afterFlush(result, args) as Result) : result;
  };

  async function afterFlush(result: PromiseLike<unknown>, args: Args): Promise<unknown> {
    try {
      return await result;
    } finally {
      await flushInTime(tricost, args, options);
    }
  }
}

function isPromise(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result;
}
