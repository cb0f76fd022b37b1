/** The Invoke operation of the Lambda API. */
import type { InvocationResult } from '../functions/invocation-result.ts';
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import { AwsError, unknownOperation } from './aws-error.ts';

export interface Invoker {
  /** Undefined when there is no such function. */
  invoke(functionName: string, payload: string): Promise<InvocationResult> | undefined;
  /** Starts an asynchronous invocation; false when there is no such function. */
  invokeAsynchronously(functionName: string, payload: string): boolean;
}

/** Answers a request below `/2015-03-31/functions`; https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export async function answerLambdaRequest(
  { method, url, headers, body }: LoopbackRequest,
  invoker: Invoker,
): Promise<LoopbackResponse> {
  const [, , , encodedName = '', operation] = url.pathname.split('/');
  const name = decodeURIComponent(encodedName);
  if (method !== 'POST' || operation !== 'invocations') {
    throw unknownOperation(`${method} ${url.pathname}`);
  }
  const notFound = new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
  const payload = body === '' ? '{}' : parsePayload(body);
  switch (headers['x-amz-invocation-type'] ?? 'RequestResponse') {
    case 'Event':
      if (!invoker.invokeAsynchronously(name, payload)) throw notFound;
      return { status: 202 };
    case 'RequestResponse': {
      const result = await invoker.invoke(name, payload);
      if (result === undefined) throw notFound;
      return {
        status: 200,
        headers: {
          'content-type': 'application/json',
          'x-amz-executed-version': '$LATEST',
          ...(result.error === undefined ? {} : { 'x-amz-function-error': 'Unhandled' }),
        },
        body: result.payload,
      };
    }
    default:
      throw new AwsError(
        'InvalidParameterValueException',
        'InvocationType must be RequestResponse or Event here',
      );
  }
}

function parsePayload(body: string): string {
  try {
    JSON.parse(body);
    return body;
  } catch {
    throw new AwsError('InvalidRequestContentException', 'the payload is no JSON');
  }
}
