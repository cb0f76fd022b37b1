/** `tricost/lambda`: what an invocation has published is sent within it. */
export type { Flushable, LambdaOptions } from './flush-in-time.ts';
export { type TricostMiddleware, tricostMiddleware } from './middleware.ts';
export { withTricost } from './with-tricost.ts';
