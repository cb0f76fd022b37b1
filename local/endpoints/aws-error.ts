/** An error as an AWS service answers it: its clients turn it into an exception with the same name. */
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';

export class AwsError extends Error {
  readonly status: number;

  /** @param code the exception's name in the service's API reference */
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.status = status;
  }

  /** Readable for the protocol of the request: Query (XML), JSON (`__type`) or REST (the header). */
  toResponse(request: LoopbackRequest): LoopbackResponse {
    if (speaksQuery(request)) {
      return {
        status: this.status,
        headers: { 'content-type': 'text/xml' },
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>${this.name}</Code><Message>${xmlText(this.message)}</Message></Error></ErrorResponse>`,
      };
    }
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

/** CloudFormation, SNS and STS are among the services that do. */
export function speaksQuery({ headers }: LoopbackRequest): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

export function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
