/** What an invocation came to. */
import type { RuntimeErrorBody } from './runtime-error.ts';

export interface InvocationResult {
  /** JSON text: the handler's answer, or the error's body. */
  payload: string;
  /** Present when the function failed, whatever the cause. */
  error?: RuntimeErrorBody;
}
