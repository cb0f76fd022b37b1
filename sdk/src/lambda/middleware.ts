/** The same for handlers that are built with middy. https://middy.js.org/docs/intro/how-it-works/ */
import { type Flushable, flushInTime, type LambdaOptions } from './flush-in-time.ts';

interface Request {
  context: unknown;
}

export interface TricostMiddleware {
  after(request: Request): Promise<void>;
  onError(request: Request): Promise<void>;
}

/** Put it first: middy runs `after` backwards, and calls that other middlewares make are then published too. */
export function tricostMiddleware(
  tricost: Flushable,
  options: LambdaOptions = {},
): TricostMiddleware {
  const flush = ({ context }: Request) => flushInTime(tricost, [context], options);
  return { after: flush, onError: flush };
}
