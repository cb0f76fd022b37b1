/**
 * The Node.js runtime inside a function's process: asks the Runtime API for events, calls the handler, posts its answers.
 * A small stand-in for aws-lambda-ric, which needs a C++ compiler to install.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { RuntimeError, type RuntimeErrorBody, toErrorBody } from './runtime-error.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const env = process.env;
const api = `http://${env['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime`;

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html: the extensions in the order in which Lambda tries them. */
const EXTENSIONS = ['', '.js', '.mjs', '.cjs'];

async function loadHandler(): Promise<Handler> {
  const name = env['_HANDLER'] ?? '';
  const [, path = '', exportPath = ''] = /^(.*?[^./]*)\.(.*)$/.exec(name) ?? [];
  if (path === '' || exportPath === '') {
    throw new RuntimeError('Runtime.MalformedHandlerName', `Bad handler: ${name}`);
  }
  let found: unknown = await import(pathToFileURL(await findModule(path)).href);
  for (const key of exportPath.split('.')) found = (found as Record<string, unknown>)?.[key];
  if (typeof found !== 'function') {
    throw new RuntimeError(
      'Runtime.HandlerNotFound',
      `${name} is undefined or not exported as a function`,
    );
  }
  // Node 24 on Lambda takes no callback handlers.
  if (found.length >= 3) {
    throw new RuntimeError(
      'Runtime.CallbackHandlerDeprecated',
      `${name} takes a callback; nodejs24.x needs an async function`,
    );
  }
  return found as Handler;
}

async function findModule(path: string): Promise<string> {
  const base = join(env['LAMBDA_TASK_ROOT'] ?? '.', path);
  for (const extension of EXTENSIONS) {
    if (
      await access(base + extension).then(
        () => true,
        () => false,
      )
    )
      return base + extension;
  }
  throw new RuntimeError('Runtime.ImportModuleError', `Cannot find module '${path}' in the asset`);
}

async function next(): Promise<{ requestId: string; event: unknown; context: unknown }> {
  const { headers, body } = await request('GET', 'invocation/next');
  const requestId = String(headers['lambda-runtime-aws-request-id']);
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  return {
    requestId,
    event: JSON.parse(body),
    context: {
      awsRequestId: requestId,
      callbackWaitsForEmptyEventLoop: false,
      functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
      functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
      invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
      memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
      logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
      logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    },
  };
}

/** Not fetch: it gives up on a request for the next event after five idle minutes. */
async function request(
  method: string,
  path: string,
  body = '',
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  const outgoing = http.request(`${api}/${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { headers: response.headers, body: await text(response) };
}

async function failInit(error: unknown): Promise<never> {
  await request('POST', 'init/error', JSON.stringify(toErrorBody(error)));
  process.exit(1);
}

/** The runner waits for this line, so that everything the handler printed has been read before its answer counts. */
function endLogsOf(requestId: string): void {
  process.stdout.write(`\nEND RequestId: ${requestId}\n`);
}

async function run(handler: Handler): Promise<never> {
  for (;;) {
    const { requestId, event, context } = await next();
    const fail = async (body: RuntimeErrorBody): Promise<void> => {
      console.error(`ERROR Invoke Error ${JSON.stringify(body)}`);
      endLogsOf(requestId);
      await request('POST', `invocation/${requestId}/error`, JSON.stringify(body));
    };
    const crash = (error: unknown): void => {
      fail(toErrorBody(error)).finally(() => process.exit(1));
    };
    process.removeAllListeners('uncaughtException').on('uncaughtException', crash);
    try {
      const answer = JSON.stringify((await handler(event, context)) ?? null);
      endLogsOf(requestId);
      await request('POST', `invocation/${requestId}/response`, answer);
    } catch (error) {
      await fail(toErrorBody(error));
    }
  }
}

// A runner that was killed takes its functions with it: the other end of standard input is gone.
process.stdin.on('end', () => process.exit(0)).resume();

await run(await loadHandler().catch(failInit)).catch(() => process.exit(1));
