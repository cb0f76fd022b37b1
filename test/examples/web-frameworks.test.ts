/** The web frameworks' examples, run: every call carries the user of its own request, beside others and in streams. */
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FakeProviders, startFakeProviders } from '../../sdk/src/testing/index.ts';
import { assertCall, receiveEnvelopes } from '../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';

/** What an example is to this test. */
interface RunningApp {
  post(path: string, text: string, userId?: string): Promise<string>;
  shutdown(): Promise<unknown>;
}

type Post = (path: string, request: RequestInit) => Promise<Response> | Response;

function runningApp(post: Post, shutdown: () => Promise<unknown>): RunningApp {
  return {
    shutdown,
    async post(path, text, userId) {
      const response = await post(path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(userId === undefined ? {} : { 'x-user-id': userId }),
        },
        body: JSON.stringify({ text }),
      });
      expect(response.status).toBe(200);
      return response.text();
    },
  };
}

const APPS: Record<string, () => Promise<RunningApp>> = {
  async express() {
    const { app } = await import('../../examples/web-servers/express.ts');
    const { tricost } = await import('../../examples/web-servers/tricost.ts');
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    return runningApp(
      (path, request) => fetch(`http://127.0.0.1:${port}${path}`, request),
      async () => {
        server.closeAllConnections();
        server.close();
        await tricost.shutdown();
      },
    );
  },
  async fastify() {
    const { app } = await import('../../examples/web-servers/fastify.ts');
    const address = await app.listen({ port: 0, host: '127.0.0.1' });
    return runningApp(
      (path, request) => fetch(`${address}${path}`, request),
      () => app.close(),
    );
  },
  async hono() {
    const { app } = await import('../../examples/web-servers/hono.ts');
    const { tricost } = await import('../../examples/web-servers/tricost.ts');
    return runningApp((path, request) => app.request(path, request), tricost.shutdown);
  },
  async next() {
    const routes: Record<string, { POST(request: Request): Promise<Response> }> = {
      '/reply': await import('../../examples/next/app/api/reply/route.ts'),
      '/summary': await import('../../examples/next/app/api/summary/route.ts'),
    };
    const post: Post = async (path, request) => {
      const route = routes[path] ?? expect.fail(`no route ${path}`);
      return route.POST(new Request(`http://localhost/api${path}`, request));
    };
    // Nobody shuts a function down.
    const { runTasks } = await import('./next-server.ts');
    return runningApp(post, runTasks);
  },
};

let engine: TestQueueEngine;
let providers: FakeProviders;
beforeAll(async () => {
  [engine, providers] = await Promise.all([startQueue(), startFakeProviders()]);
});
afterAll(() => Promise.all([engine.stop(), providers.stop()]));

/** The examples call OpenAI; nobody answers them there. */
function redirectOpenAi(): void {
  const realFetch = globalThis.fetch;
  vi.stubGlobal('fetch', (...[input, init]: Parameters<typeof fetch>) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith('https://api.openai.com/')) return realFetch(input, init);
    return realFetch(url.replace('https://api.openai.com', providers.openai.url), init);
  });
}

describe.each(Object.keys(APPS))('%s', (name) => {
  test('every call carries the user of its own request', async () => {
    const queueUrl = await engine.createQueue(name);
    vi.stubEnv('TRICOST_QUEUE_URL', `${engine.endpoint}${new URL(queueUrl).pathname}`);
    vi.stubEnv('OPENAI_API_KEY', 'test');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
    redirectOpenAi();
    // Each app is a process of its own.
    vi.resetModules();
    const app = await APPS[name]?.();
    const users = Array.from({ length: 8 }, (_, number) => `u_${number}`);
    const answers = await Promise.all(
      users.flatMap((user) => [
        app?.post('/reply', 'Where is my parcel?', user),
        app?.post('/summary', 'A long text.', user),
      ]),
    );
    expect(answers.filter((answer) => answer === undefined || answer === '')).toEqual([]);
    await app?.post('/reply', 'Nobody in particular asks.');
    await app?.shutdown();

    const envelopes = await receiveEnvelopes(engine.client, queueUrl);
    const calls = envelopes.flatMap(({ events }) => events);
    for (const call of calls) assertCall(call);
    const tagged = calls.map(({ user_id = '(none)', feature, prompt_name, stream }) =>
      [user_id, feature, prompt_name, stream === true ? 'stream' : ''].join(' '),
    );
    expect(tagged.sort()).toEqual(
      [
        '(none) support.reply support.reply ',
        ...users.map((user) => `${user} support.reply support.reply `),
        ...users.map((user) => `${user} support.summary support.summary stream`),
      ].sort(),
    );
    expect(calls.every(({ usage_raw }) => usage_raw !== undefined)).toBe(true);
    expect(new Set(calls.map(({ prompt_id }) => prompt_id)).size).toBe(2);
  });
});
