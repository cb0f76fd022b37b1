/** Errors as Lambda's Node.js runtime reports them. */

/** https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, body of the error requests. */
export interface RuntimeErrorBody {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** An error of the runtime itself, not of the handler: `errorType` is one of Lambda's `Runtime.…` names. */
export class RuntimeError extends Error {
  constructor(errorType: string, message: string) {
    super(message);
    this.name = errorType;
  }
}

export function toErrorBody(error: unknown): RuntimeErrorBody {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}
