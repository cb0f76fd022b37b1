/**
 * Meters a client of Bedrock by middleware of the AWS SDK: its requests are signed and its streams are frames of their own, so
 * the place to look is behind both. https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/middleware-stack.html
 */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import { bedrock as format } from '../meter/formats/bedrock.ts';
import { type Meter, NEW_CALL, type WatchedAnswer } from '../meter/meter.ts';
import type { ClientMeter } from '../meter/meter-client.ts';
import type { MeteredCall } from '../meter/metered-call.ts';
import { COMMANDS, type Command, type Output } from './read-output.ts';
import { tapIterable } from './tap-iterable.ts';

interface Context {
  commandName?: string;
}
interface Arguments {
  input?: unknown;
  request?: unknown;
}
interface Result {
  output: JsonObject;
  response?: unknown;
}
type Next = (args: Arguments) => Promise<Result>;
type Middleware = (next: Next, context: Context) => Next;

interface AwsClient {
  middlewareStack: {
    add(
      middleware: Middleware,
      options: { step: string; name: string; priority?: string; override: boolean },
    ): void;
  };
}

/** `tricost.meter(new BedrockRuntimeClient(), bedrock)`: Converse, InvokeModel, and both as streams. Each attempt is a call. */
export const bedrock: ClientMeter = (client, meter) => {
  if (!isAwsClient(client)) throw new TypeError('not a client of the AWS SDK');
  const { middlewareStack } = client;
  middlewareStack.add(checkTags(meter), {
    step: 'initialize',
    ...{ name: 'tricostTags', override: true },
  });
  // Behind the one that retries, and the signature.
  middlewareStack.add(meterAttempt(meter), {
    ...{ step: 'finalizeRequest', priority: 'low' },
    ...{ name: 'tricost', override: true },
  });
};

function isAwsClient(client: object): client is AwsClient {
  return 'middlewareStack' in client;
}

function checkTags(meter: Meter): Middleware {
  return (next, { commandName }) =>
    async (args) => {
      if (commandOf(commandName) !== undefined) meter.checkTags();
      return next(args);
    };
}

function meterAttempt(meter: Meter): Middleware {
  return (next, { commandName }) => {
    const command = commandOf(commandName);
    if (command === undefined) return next;
    return async (args) => {
      const call = meter.safely(() => start(meter, args), NEW_CALL);
      if (call === undefined) return next(args);
      let result: Result;
      try {
        result = await next(args);
      } catch (error) {
        meter.safely(() => refuse(call, error), call);
        throw error;
      }
      meter.safely(() => readResult(meter, command, call, result), call);
      return result;
    };
  };
}

function commandOf(name: string | undefined): Command | undefined {
  return name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

function start(meter: Meter, { input, request }: Arguments): MeteredCall {
  const modelId = isObject(input) ? input['modelId'] : undefined;
  // `attempt=2; max=3`
  const attempt = /attempt=(\d+)/.exec(headersOf(request)['amz-sdk-request'] ?? '')?.[1];
  return meter.start({
    provider: 'aws',
    format,
    body: requestBody(input),
    request: {
      model: typeof modelId === 'string' ? modelId : undefined,
      attempt: attempt === undefined ? undefined : Number(attempt),
      textBytes: textBytes(input),
      timeoutMs: undefined,
      signal: undefined,
    },
  });
}

/** What InvokeModel is given is the maker's own JSON, as text or bytes; Converse has fields. */
function requestBody(input: unknown): unknown {
  const body = isObject(input) ? input['body'] : undefined;
  if (body === undefined) return input;
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

function readResult(meter: Meter, command: Command, call: MeteredCall, result: Result): void {
  const output: Output = { output: result.output, headers: headersOf(result.response) };
  command.readOutput(output, call);
  const stream = command.stream === undefined ? undefined : result.output[command.stream];
  call.isStream = isAsyncIterable(stream);
  if (!isAsyncIterable(stream)) {
    call.ended();
    return;
  }
  const read = command.eventReader?.(call);
  let watched: WatchedAnswer | undefined;
  tapIterable(stream, {
    item: (event) =>
      void meter.safely(() => {
        watched?.noteRead();
        if (isObject(event)) read?.(event);
      }),
    ended: () => {
      watched?.close();
      meter.safely(() => call.ended(), call);
    },
    broken: (error) => {
      watched?.close();
      meter.safely(() => call.broken(error), call);
    },
  });
  watched = meter.watch(call, stream);
}

function refuse(call: MeteredCall, error: unknown): void {
  const metadata = isObject(error) ? error['$metadata'] : undefined;
  const status = isObject(metadata) ? metadata['httpStatusCode'] : undefined;
  if (typeof status === 'number') call.refused(status);
  else call.failed(error);
}

function headersOf(message: unknown): Readonly<Record<string, string>> {
  const headers = isObject(message) ? message['headers'] : undefined;
  return isObject(headers) ? (headers as Record<string, string>) : {};
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

const MAX_DEPTH = 32;

/** Of messages and their texts; of a body, all. */
function textBytes(value: unknown, depth = 0): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return depth === 1 ? value.length : 0;
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return 0;
  return Object.values(value).reduce<number>((sum, item) => sum + textBytes(item, depth + 1), 0);
}
