/** What the meter does around the calls that the modes show. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createOpenAI } from '@ai-sdk/openai';
import { GoogleGenAI } from '@google/genai';
import nodeFetch from 'node-fetch';
import OpenAI from 'openai';
import { AzureOpenAI as AzureOpenAI6, OpenAI as OpenAI6 } from 'openai-6';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTricost, type TricostOptions } from '../../../sdk/src/create-tricost.ts';
import { ANSWER_ID } from '../../../sdk/src/testing/fake-reply.ts';
import {
  type FakeProviders,
  memoryTransport,
  startFakeProviders,
} from '../../../sdk/src/testing/index.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';

let providers: FakeProviders;
beforeAll(async () => {
  providers = await startFakeProviders();
});
afterAll(async () => providers.stop());

const TAGS = { userId: 'u_1', feature: 'chat' };
const chat = { model: 'gpt-5.4', messages: [{ role: 'user' as const, content: 'Hello!' }] };

function start(options: TricostOptions<string> = {}) {
  const transport = memoryTransport();
  const problems: Error[] = [];
  const onError = (error: Error) => problems.push(error);
  const { hosts } = providers;
  const tricost = createTricost({ transport, hosts, onError, ...options });
  const url = `${providers.openai.url}/v1`;
  const published = async () => {
    await tricost.flush();
    return transport.calls();
  };
  return { tricost, published, problems, url };
}

function newClient(url: string, fetch?: typeof globalThis.fetch) {
  return new OpenAI({ baseURL: url, apiKey: 'test', ...(fetch === undefined ? {} : { fetch }) });
}

const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

test("a call to one of OpenAI's regional hosts says where it was served", async () => {
  const { tricost, published } = start();
  const { url } = providers.openai;
  const regional = 'https://eu.api.openai.com';
  const toFake = (input: string | URL | Request, init?: RequestInit) =>
    fetch(String(input).replace(regional, url), init);
  const openai = tricost.meter(newClient(`${regional}/v1`, toFake));
  await tricost.withTags(TAGS, () => openai.chat.completions.create(chat));
  expect(await published()).toMatchObject([{ provider: 'openai', region: 'eu' }]);
});

describe('one call is counted once', () => {
  test('by a client that is metered twice', async () => {
    const { tricost, published, url } = start();
    const openai = tricost.meter(tricost.meter(newClient(url)));
    await tricost.withTags(TAGS, () => openai.chat.completions.create(chat));
    expect(await published()).toHaveLength(1);
  });

  test('by a metered client over a metered fetch, and over another tricost’s', async () => {
    const { tricost, published, url } = start();
    const other = start();
    const over = other.tricost.meter((input: URL, init: RequestInit) => fetch(input, init));
    const openai = tricost.meter(newClient(url, over as typeof fetch));
    await tricost.withTags(TAGS, () => openai.chat.completions.create(chat));
    expect(await published()).toHaveLength(1);
    expect(await other.published()).toHaveLength(0);
  });

  test('though its fetch has started, within another call, the worker that makes it', async () => {
    const { tricost, published, url } = start();
    const inner = tricost.meter((...args: Parameters<typeof fetch>) => fetch(...args));
    type Job = { args: Parameters<typeof fetch>; done: (response: Response) => void };
    const jobs: Job[] = [];
    let wake = () => {};
    async function work(): Promise<never> {
      for (;;) {
        const job = jobs.shift();
        if (job !== undefined) void inner(...job.args).then(job.done);
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    let isWorking = false;
    const pooled = (...args: Parameters<typeof fetch>) =>
      new Promise<Response>((done) => {
        jobs.push({ args, done });
        if (!isWorking) void work();
        isWorking = true;
        wake();
      });
    const completions = `${url}/chat/completions`;
    const other = post({ ...chat, model: 'gpt-5.4-mini' });
    // In the worker's context the first call is under way, then over.
    const [first, second] = await tricost.withTags(TAGS, () =>
      Promise.all([tricost.meter(pooled)(completions, post(chat)), pooled(completions, other)]),
    );
    await Promise.all([first.text(), second.text()]);
    const third = await tricost.withTags(TAGS, () => pooled(completions, post(chat)));
    await third.text();
    expect(await published()).toHaveLength(3);
  });

  test('by a metered fetch over one that hands it on as a Request, or with headers of its own', async () => {
    const { tricost, published, url } = start();
    const inner = tricost.meter((...args: Parameters<typeof fetch>) => fetch(...args));
    const asRequest = tricost.meter((input: string, init: RequestInit) =>
      inner(new Request(input, init)),
    );
    const withHeader = tricost.meter((input: string, init: RequestInit) =>
      inner(new URL(input), { ...init, headers: { 'x-own': '1' } }),
    );
    for (const outer of [asRequest, withHeader]) {
      const response = await tricost.withTags(TAGS, () =>
        outer(`${url}/chat/completions`, post(chat)),
      );
      await response.text();
    }
    expect(await published()).toHaveLength(2);
  });

  test('where the global fetch is the metered one', async () => {
    const { tricost, published, url } = start();
    vi.stubGlobal('fetch', tricost.fetch);
    const openai = tricost.meter(newClient(url));
    await tricost.withTags(TAGS, () => openai.chat.completions.create(chat));
    await tricost
      .withTags(TAGS, () => fetch(`${url}/chat/completions`, post(chat)))
      .then((response) => response.text());
    expect(await published()).toHaveLength(2);
  });
});

describe('a client', () => {
  test('comes back as it is', () => {
    const { tricost, url } = start();
    const openai = newClient(url);
    expect(tricost.meter(openai)).toBe(openai);
  });

  test('keeps a key that is a function, and one of Azure works (openai 6)', async () => {
    const { tricost, published, problems } = start();
    const { url, requests } = providers.openai;
    const keyed = new OpenAI6({ baseURL: `${url}/v1`, apiKey: async () => 'from a function' });
    const azure = new AzureOpenAI6({
      ...{ endpoint: url, apiVersion: '2024-10-21', deployment: 'my-gpt' },
      azureADTokenProvider: async () => 'token',
    });
    await tricost.withTags(TAGS, () => tricost.meter(keyed).chat.completions.create(chat));
    expect(requests.at(-1)?.headers.authorization).toBe('Bearer from a function');
    await tricost.withTags(TAGS, () => tricost.meter(azure).chat.completions.create(chat));
    expect(requests.at(-1)?.headers.authorization).toBe('Bearer token');
    expect(problems).toEqual([]);
    expect(await published()).toHaveLength(2);
  });

  test.each([
    ['Google', () => new GoogleGenAI({ apiKey: 'x' }), 'httpOptions: { fetch: tricost.fetch }'],
    ['the AI SDK', () => createOpenAI({ apiKey: 'x' }), 'fetch: tricost.fetch'],
    ['AWS', () => ({ middlewareStack: {} }), 'tricost/bedrock'],
    ['nobody', () => ({}), 'publish()'],
  ])('of %s comes back untouched, and how to meter it is told', (_, make, advice) => {
    const { tricost, problems } = start();
    const client = make();
    expect(tricost.meter(client)).toBe(client);
    expect(problems.map(({ cause }) => String(cause))).toEqual([expect.stringContaining(advice)]);
  });
});

describe('tags', () => {
  test('of when the call began, though its answer is read elsewhere', async () => {
    const { tricost, published, url } = start();
    const openai = tricost.meter(newClient(url));
    const prompt = { id: 'p_1', name: 'reply' };
    const stream = await tricost.withTags({ ...TAGS, prompt }, () =>
      openai.chat.completions.create({ ...chat, stream: true }),
    );
    await tricost.withTags({ userId: 'u_2', feature: 'other' }, async () => {
      for await (const _ of stream);
    });
    expect(await published()).toMatchObject([
      { user_id: 'u_1', feature: 'chat', prompt_id: 'p_1', prompt_name: 'reply' },
    ]);
  });

  test('by default, beneath those in force', async () => {
    const defaults = { service: 'api', environment: 'test', feature: 'none' };
    const { tricost, published, url } = start({ defaults });
    const openai = tricost.meter(newClient(url));
    await tricost.withTags(TAGS, () => openai.chat.completions.create(chat));
    tricost.publish({ model: 'm', feature: 'own' });
    expect(await published()).toMatchObject([
      { service: 'api', environment: 'test', user_id: 'u_1', feature: 'chat' },
      { service: 'api', environment: 'test', feature: 'own' },
    ]);
  });

  test('that are missing throw under test, before the call and at its place, without retries', async () => {
    const { tricost, published, url } = start();
    const openai = tricost.meter(newClient(url));
    const before = providers.openai.requests.length;
    await expect(openai.chat.completions.create(chat)).rejects.toMatchObject({
      name: 'TagError',
      callSite: expect.stringContaining('meter.test.ts'),
    });
    await expect(tricost.fetch(`${url}/chat/completions`, post(chat))).rejects.toThrow('no user');
    await openai.models.list().catch(() => {});
    expect(providers.openai.requests.length).toBe(before + 1);
    expect(await published()).toEqual([]);
  });

  test('that are missing do not stop the call else, and are told once a place', async () => {
    const { tricost, published, url, problems } = start({ onMissingTags: 'warn' });
    const openai = tricost.meter(newClient(url));
    const create = () => openai.chat.completions.create(chat);
    for (let call = 0; call < 3; call += 1) await create();
    await openai.chat.completions.create(chat);
    expect(problems).toHaveLength(2);
    expect(await published()).toHaveLength(4);
    const [call] = await published();
    expect(call).not.toHaveProperty('feature');
  });

  test('reach calls that are published by hand, unless they say otherwise', async () => {
    const { tricost, published } = start();
    tricost.withTags(TAGS, () => tricost.publish([{ model: 'm' }, { model: 'n', user_id: null }]));
    class Written {
      toJSON = () => ({ model: 'o' });
    }
    tricost.publish(new Written() as never);
    expect(await published()).toMatchObject([
      { model: 'm', user_id: 'u_1', feature: 'chat' },
      { model: 'n', user_id: null, feature: 'chat' },
      { model: 'o' },
    ]);
  });
});

describe('a host that nobody has named', () => {
  test('is published under its own name, told once, and not asked for usage', async () => {
    const { tricost, published, url, problems } = start({ hosts: {} });
    const openai = tricost.meter(newClient(url));
    for (let call = 0; call < 2; call += 1) {
      const stream = await tricost.withTags(TAGS, () =>
        openai.chat.completions.create({ ...chat, stream: true }),
      );
      for await (const _ of stream);
    }
    expect(providers.openai.requests.at(-1)?.body).not.toHaveProperty('stream_options');
    const call = { provider: '127.0.0.1', usage_source: 'estimated', status: 'ok' };
    expect(await published()).toMatchObject([call, call]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('name its provider in `hosts`'),
    ]);
  });

  test('may have such a path for something else', async () => {
    const { tricost, published } = start();
    const server: typeof fetch = tricost.meter(async () => new Response('{}'));
    for (const body of ['{"to":"+49"}', 'to=+49']) {
      await server('https://sms.example.com/v1/messages', { method: 'POST', body });
    }
    expect(await published()).toEqual([]);
  });
});

describe('requests of other shapes', () => {
  const answer = JSON.stringify({ model: 'gpt-5.4', usage: { prompt_tokens: 1 }, id: 'x' });
  const OPENAI = 'https://api.openai.com/v1/chat/completions';

  test.each<[string, Parameters<typeof fetch>]>([
    ['a URL', [new URL(OPENAI), post(chat)]],
    ['a Request', [new Request(OPENAI, post(chat))]],
    ['a body of bytes', [OPENAI, { method: 'post', body: Buffer.from(JSON.stringify(chat)) }]],
    ['a body of a stream', [OPENAI, { method: 'POST', body: new ReadableStream() }]],
  ])('%s', async (_, args) => {
    const { tricost, published } = start();
    const seen: unknown[] = [];
    const server = tricost.meter(async (...given: unknown[]) => {
      seen.push(...given);
      return new Response(answer, { headers: { 'content-type': 'application/json' } });
    });
    const metered = server as unknown as typeof fetch;
    await (await tricost.withTags(TAGS, () => metered(...args))).text();
    expect(seen.filter((given) => given !== undefined)).toEqual(args);
    expect(await published()).toMatchObject([
      { model: 'gpt-5.4', usage_raw: { prompt_tokens: 1 } },
    ]);
  });

  test('an answer that is no Response of this platform passes, and the call is told', async () => {
    const { tricost, published } = start();
    const foreign = { ok: true, status: 200, body: {}, headers: new Headers() };
    const server = tricost.meter(async () => foreign) as unknown as typeof fetch;
    expect(await tricost.withTags(TAGS, () => server(OPENAI, post(chat)))).toBe(foreign);
    expect(await published()).toMatchObject([{ model: 'gpt-5.4', usage_source: 'estimated' }]);
  });

  test('that are told for good though nothing of them can be read', async () => {
    const { tricost, published, problems } = start();
    const foreign = { ok: true, status: 200, body: {}, headers: new Headers() };
    const server = tricost.meter(async () => foreign) as unknown as typeof fetch;
    for (let call = 0; call < 2; call += 1) {
      await tricost.withTags(TAGS, () => server(OPENAI, post(chat)));
    }
    const call = { status: 'ok', usage_source: 'estimated' };
    expect(await published()).toMatchObject([call, call]);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('cannot be read'),
    ]);
  });

  describe('by node-fetch, whose bodies are streams of Node', () => {
    const metered = (options?: TricostOptions<string>) => {
      const { tricost, published, problems, url } = start(options);
      const openai = tricost.meter(newClient(url, nodeFetch as unknown as typeof fetch));
      return { openai, tricost, published, problems };
    };

    test('an answer', async () => {
      const { openai, tricost, published, problems } = metered();
      const reply = await tricost.withTags(TAGS, () => openai.chat.completions.create(chat));
      expect(reply.id).toBe(`chatcmpl-${ANSWER_ID}`);
      expect(await published()).toMatchObject([
        { status: 'ok', usage_raw: { prompt_tokens: expect.any(Number) }, stream: false },
      ]);
      expect(problems).toEqual([]);
    });

    test('a stream, which is not asked for what cannot be taken out of it again', async () => {
      const { openai, tricost, published } = metered();
      const create = (client: OpenAI) =>
        tricost.withTags(TAGS, () => client.chat.completions.create({ ...chat, stream: true }));
      const chunks = [];
      for await (const chunk of await create(openai)) chunks.push(chunk);
      expect(providers.openai.requests.at(-1)?.body).not.toHaveProperty('stream_options');
      const plain = [];
      for await (const chunk of await create(newClient(`${providers.openai.url}/v1`))) {
        plain.push(chunk);
      }
      expect(chunks).toEqual(plain);
      expect(await published()).toMatchObject([
        { status: 'ok', usage_source: 'estimated', usage: { output_tokens: expect.any(Number) } },
      ]);
    });

    test('a stream that the app leaves, and one that breaks', async () => {
      const { openai, tricost, published } = metered();
      const stream = () =>
        tricost.withTags(TAGS, () =>
          openai.chat.completions.create({ ...chat, stream: true }, { maxRetries: 0 }),
        );
      for await (const _ of await stream()) break;
      await expect.poll(published).toMatchObject([{ status: 'aborted' }]);
      providers.openai.fail({ cutAfter: 2 });
      await expect(
        (async () => {
          for await (const _ of await stream());
        })(),
      ).rejects.toThrow();
      expect(await published()).toMatchObject([{ status: 'aborted' }, { status: 'error' }]);
    });
  });

  test('a fetch of the app’s own is asked for usage once its answers are known to be streams', async () => {
    const { tricost, published, url } = start();
    const own = tricost.meter((...args: Parameters<typeof fetch>) => fetch(...args));
    for (let call = 0; call < 2; call += 1) {
      const stream = await tricost.withTags(TAGS, () =>
        newClient(url, own).chat.completions.create({ ...chat, stream: true }),
      );
      for await (const _ of stream);
    }
    const [first, second] = await published();
    expect(first).toMatchObject({ usage_source: 'estimated' });
    expect(second).toMatchObject({ usage_raw: { prompt_tokens: expect.any(Number) } });
  });

  test('what the meter itself loses is counted, once each, and told to ingest', async () => {
    const { problems } = start();
    const transport = memoryTransport();
    const tricost = createTricost({ transport, onError: (error) => problems.push(error) });
    const broken = new Response(answer);
    Object.defineProperty(broken, 'headers', {
      get: () => {
        throw new Error('no headers');
      },
    });
    let response = broken;
    const server: typeof fetch = tricost.meter(async () => response);
    await tricost.withTags(TAGS, () => server(OPENAI, post(chat)));
    response = new Response(answer);
    const hostile = {
      ...post(chat),
      get headers(): never {
        throw new Error('no headers');
      },
    };
    const passed = await tricost.withTags(TAGS, () => server(OPENAI, hostile));
    expect(await passed.text()).toBe(answer);
    expect(tricost.stats()).toMatchObject({ published: 2, dropped: 2 });
    expect(problems).toMatchObject([
      { message: 'could not meter a call', dropped: 1 },
      { message: 'could not meter a call', dropped: 1 },
    ]);
    tricost.publish({ model: 'gpt-5.4' });
    await tricost.shutdown();
    expect(transport.messages.map(({ dropped }) => dropped)).toEqual([2]);
  });

  test('a form, as that of a picture to edit', async () => {
    const { tricost, published } = start();
    const body = new FormData();
    body.set('model', 'gpt-image-2');
    const usage = { input_tokens: 5, output_tokens: 7 };
    const server: typeof fetch = tricost.meter(async () => Response.json({ usage }));
    const response = await tricost.withTags(TAGS, () =>
      server('https://api.openai.com/v1/images/edits', { method: 'POST', body }),
    );
    await response.text();
    expect(await published()).toMatchObject([
      { provider: 'openai', model: 'gpt-image-2', usage_raw: usage },
    ]);
  });

  test('an answer without a body', async () => {
    const { tricost, published } = start();
    const server = tricost.meter(async () => new Response(null, { status: 204 }));
    const metered = server as unknown as typeof fetch;
    expect((await tricost.withTags(TAGS, () => metered(OPENAI, post(chat)))).status).toBe(204);
    expect(await published()).toHaveLength(1);
  });

  test('one that only promises an answer, as OpenAI’s background mode does, is not told', async () => {
    const { tricost, published } = start();
    const queued = JSON.stringify({
      id: 'resp_1',
      status: 'queued',
      model: 'gpt-5.4',
      usage: null,
    });
    const server: typeof fetch = tricost.meter(async () => new Response(queued));
    const url = 'https://api.openai.com/v1/responses';
    const response = await tricost.withTags(TAGS, () =>
      server(url, post({ ...chat, background: true })),
    );
    expect(await response.text()).toBe(queued);
    await tricost.shutdown();
    expect(await published()).toEqual([]);
  });

  test('a reader with a buffer of its own', async () => {
    const { tricost, published, url } = start();
    const response = await tricost.withTags(TAGS, () =>
      tricost.fetch(`${url}/chat/completions`, post(chat)),
    );
    const reader = response.body?.getReader({ mode: 'byob' });
    let text = '';
    for (;;) {
      const piece = await reader?.read(new Uint8Array(10));
      text += Buffer.from(piece?.value ?? []).toString('latin1');
      if (piece?.done !== false) break;
    }
    expect(JSON.parse(text)).toMatchObject({ id: `chatcmpl-${ANSWER_ID}` });
    expect(await published()).toMatchObject([{ status: 'ok' }]);
  });
});

describe('a path that is not metered, at a host of LLMs', () => {
  async function problemsOf(...urls: string[]) {
    const { tricost, published, problems } = start();
    const server: typeof fetch = tricost.meter(async () => new Response('{}'));
    for (const url of urls) await server(url, post(chat));
    expect(await published()).toEqual([]);
    return problems.map(({ message }) => message);
  }

  test('is told, once', async () => {
    const [cohere, mistral] = [
      'https://api.cohere.com/v2/chat',
      'https://api.mistral.ai/v1/conversations',
    ];
    expect(await problemsOf(cohere, cohere, mistral, 'https://example.com/chat')).toEqual([
      expect.stringContaining('api.cohere.com/v2/chat'),
      expect.stringContaining('api.mistral.ai/v1/conversations'),
    ]);
  });

  test('is nothing to tell where it costs nothing, or is no LLM’s', async () => {
    expect(
      await problemsOf(
        'https://api.openai.com/v1/files',
        'https://api.openai.com/v1/batches',
        'https://api.openai.com/v1/moderations',
        'https://api.openai.com/v1/uploads/u_1/parts',
        'https://api.openai.com/v1/responses/input_tokens',
        'https://api.anthropic.com/v1/messages/batches',
        'https://api.anthropic.com/v1/messages/count_tokens',
        'https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:countTokens',
        'https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
        'https://bedrock-runtime.us-east-1.amazonaws.com/model/m/count-tokens',
        'https://sqs.us-east-1.amazonaws.com/',
      ),
    ).toEqual([]);
  });
});

describe('a stream', () => {
  async function publishedOf(url: string, events: object[]) {
    const { tricost, published } = start();
    const text = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    const server: typeof fetch = tricost.meter(
      async () => new Response(text, { headers: { 'content-type': 'text/event-stream' } }),
    );
    await (await tricost.withTags(TAGS, () => server(url, post(chat)))).text();
    return published();
  }
  const ANTHROPIC = 'https://api.anthropic.com/v1/messages';
  const begun = {
    type: 'message_start',
    message: {
      ...{ id: 'msg_1', model: 'claude-opus-4-8' },
      usage: { input_tokens: 7, cache_read_input_tokens: 5, output_tokens: 1, speed: 'fast' },
    },
  };

  test('of Anthropic: what a later event gives as null, or leaves out, is as it was', async () => {
    const delta = {
      type: 'message_delta',
      usage: { input_tokens: null, cache_read_input_tokens: null, output_tokens: 9 },
    };
    expect(await publishedOf(ANTHROPIC, [begun, delta, { type: 'message_stop' }])).toMatchObject([
      {
        status: 'ok',
        usage_raw: { input_tokens: 7, cache_read_input_tokens: 5, output_tokens: 9, speed: 'fast' },
      },
    ]);
  });

  test('that ends in good order before its answer does was cut', async () => {
    const text = { type: 'content_block_delta', delta: { text: 'four and four bytes' } };
    expect(await publishedOf(ANTHROPIC, [begun, text])).toMatchObject([
      { status: 'error', usage_source: 'estimated', usage_raw: { output_tokens: 5 } },
    ]);
  });

  test('that tells of an error failed', async () => {
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'no' } };
    const failed = { type: 'response.failed', response: { error: { code: 'x' }, usage: null } };
    const RESPONSES = 'https://api.openai.com/v1/responses';
    const OPENAI = 'https://api.openai.com/v1/chat/completions';
    expect(await publishedOf(ANTHROPIC, [begun, overloaded])).toMatchObject([{ status: 'error' }]);
    expect(await publishedOf(RESPONSES, [failed])).toMatchObject([{ status: 'error' }]);
    expect(await publishedOf(OPENAI, [{ error: { message: 'no' } }])).toMatchObject([
      { status: 'error' },
    ]);
  });
});

describe('an answer that nobody reads', () => {
  test('is told when it is collected', async () => {
    const { tricost, published, url } = start();
    await tricost.withTags(TAGS, async () => {
      await tricost.fetch(`${url}/chat/completions`, post({ ...chat, stream: true }));
    });
    await vi.waitFor(async () => {
      collectGarbage();
      await sleep(5);
      expect(await published()).toMatchObject([
        {
          status: 'abandoned',
          usage_source: 'estimated',
          usage: { input_tokens: expect.any(Number) },
        },
      ]);
    });
    await tricost.shutdown();
    expect(await published()).toHaveLength(1);
  });

  test('is told fifteen minutes after its last byte was read, and may be read later', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { tricost, published, url } = start();
    const response = await tricost.withTags(TAGS, () =>
      tricost.fetch(`${url}/chat/completions`, post({ ...chat, stream: true })),
    );
    vi.advanceTimersByTime(14 * 60_000);
    expect(await published()).toEqual([]);
    vi.advanceTimersByTime(2 * 60_000);
    expect(await published()).toMatchObject([{ status: 'abandoned' }]);
    expect(await response.text()).toContain('[DONE]');
    expect(await published()).toHaveLength(1);
  });
});
