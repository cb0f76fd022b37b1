/** An error as an AWS service answers it: its clients turn it into an exception with the same name. */
import type { LoopbackResponse } from '../loopback-server.ts';

export class AwsError extends Error {
  readonly status: number;

  /** @param code the exception's name in the service's API reference */
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.status = status;
  }

  /** Readable for the JSON protocol (`__type`) and the REST protocol (the header). */
  toResponse(): LoopbackResponse {
    return {
      status: this.status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': this.name },
      body: JSON.stringify({ __type: this.name, message: this.message, Message: this.message }),
    };
  }
}

/** What every AWS service says to an operation it does not have. */
export function unknownOperation(operation: string): AwsError {
  return new AwsError(
    'UnknownOperationException',
    `${operation} is not emulated locally; see docs/reference/local.md`,
    404,
  );
}

export function jsonResponse(body: unknown): LoopbackResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
