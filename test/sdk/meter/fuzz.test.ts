/** Whatever a server sends, in whatever pieces, and whatever goes wrong within: the app gets the same bytes as without the meter. */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTricost, type TricostOptions } from '../../../sdk/src/create-tricost.ts';
import { answerAsAnthropic } from '../../../sdk/src/testing/fake-anthropic.ts';
import { answerAsGoogle } from '../../../sdk/src/testing/fake-google.ts';
import { answerAsOpenAi } from '../../../sdk/src/testing/fake-openai.ts';
import type { FakeReply } from '../../../sdk/src/testing/fake-reply.ts';
import { memoryTransport } from '../../../sdk/src/testing/index.ts';
import { collectGarbage } from '../../support/collect-garbage.ts';

interface Route {
  url: string;
  body: object;
  answer: FakeReply | undefined;
}

function route(
  url: string,
  body: object,
  answerer: typeof answerAsOpenAi,
  asked: object = body,
): Route {
  return {
    url,
    body,
    answer: answerer({ path: new URL(url).pathname, headers: {}, body: { ...asked } }),
  };
}

const chat = { model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hello!' }], stream: true };
const OPENAI = 'https://api.openai.com/v1/chat/completions';
const ROUTES: Record<string, Route> = {
  'OpenAI chat': route(OPENAI, { ...chat, stream: false }, answerAsOpenAi),
  'OpenAI stream with usage of its own': route(
    OPENAI,
    { ...chat, stream_options: { include_usage: true } },
    answerAsOpenAi,
  ),
  'OpenAI responses': route('https://api.openai.com/v1/responses', chat, answerAsOpenAi),
  'Anthropic stream': route('https://api.anthropic.com/v1/messages', chat, answerAsAnthropic),
  'Gemini stream': route(
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse',
    { contents: [] },
    answerAsGoogle,
  ),
};

/** What the server would send if it were not asked for usage, and what it sends because it was. */
const PLAIN = route(OPENAI, chat, answerAsOpenAi);
const ASKED = route(OPENAI, chat, answerAsOpenAi, {
  ...chat,
  stream_options: { include_usage: true },
});

function bytesOf({ answer }: Route): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat((answer?.pieces ?? []).map((piece) => Buffer.from(piece))));
}

/** A bit of the first brace. */
function brokenBrace(bytes: Uint8Array): number {
  return bytes.indexOf(0x7b) * 8;
}

type Server = (input: unknown, init?: RequestInit) => Promise<Response>;

/** A server that sends these bytes in these pieces, as `fetch` gives them, or as a `fetch` of somebody's own does. */
function serving(
  bytes: Uint8Array,
  pieces: readonly number[],
  type: string,
  isBytes: boolean,
  cutAt = Number.POSITIVE_INFINITY,
): Server {
  return async () => {
    let start = 0;
    let piece = 0;
    const source = {
      pull(controller: ReadableStreamDefaultController | ReadableByteStreamController) {
        if (start >= cutAt) {
          controller.error(new TypeError('terminated'));
        } else if (start >= bytes.length) {
          controller.close();
        } else {
          const size = Math.max(1, pieces[piece++ % pieces.length] ?? 1);
          controller.enqueue(bytes.slice(start, start + size));
          start += size;
        }
      },
    };
    const body = isBytes
      ? new ReadableStream({ ...source, type: 'bytes' })
      : new ReadableStream(source);
    return new Response(body, { headers: { 'content-type': type } });
  };
}

function metering(server: Server, options: TricostOptions<string> = {}) {
  const transport = memoryTransport();
  const tricost = createTricost({ transport, onMissingTags: 'mark', ...options });
  return { transport, tricost, fetch: tricost.meter(server as typeof fetch) };
}

async function read(response: Response): Promise<{ bytes: Buffer; error?: unknown }> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of response.body ?? []) pieces.push(piece);
  } catch (error) {
    return { bytes: Buffer.concat(pieces), error };
  }
  return { bytes: Buffer.concat(pieces) };
}

const post = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

describe.each(Object.entries(ROUTES))('%s', (_, { url, body, answer }) => {
  const whole = bytesOf({ url, body, answer });
  const type = answer?.contentType ?? '';

  test('split at every byte', async () => {
    const usages = new Set<string>();
    for (let at = 1; at < whole.length; at += 1) {
      const { tricost, transport, fetch } = metering(
        serving(whole, [at, whole.length], type, at % 2 === 0),
      );
      expect((await read(await fetch(url, post(body)))).bytes.equals(whole)).toBe(true);
      await tricost.shutdown();
      const [call, ...others] = transport.calls();
      expect(others).toEqual([]);
      expect(call).toMatchObject({ status: 'ok' });
      usages.add(JSON.stringify(call?.usage_raw));
    }
    expect([...usages]).toEqual([expect.stringContaining('oken')]);
  });

  test('in any pieces, cut anywhere, with a bit turned anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat(whole.length)),
        fc.option(fc.nat(whole.length * 8 - 1)),
        fc.boolean(),
        async (pieces, cutAt, bit, isBytes) => {
          const bytes = Uint8Array.from(whole);
          if (bit !== null) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          const server = serving(bytes, pieces, type, isBytes, cutAt ?? undefined);
          const expected = await read(await server(url));
          const { tricost, transport, fetch } = metering(server);
          expect(await read(await fetch(url, post(body)))).toEqual(expected);
          await tricost.shutdown();
          expect(transport.calls()).toHaveLength(1);
        },
      ),
      // An event whose brace is broken, so that what is within looks as if it were outside.
      { numRuns: 100, examples: [[[1], null, brokenBrace(whole), false]] },
    );
  });
});

/** A fetch of one's own is asked once it has shown what its answers are. */
async function showBody(fetch: typeof globalThis.fetch): Promise<void> {
  await (await fetch(OPENAI, post({ ...chat, stream: false }))).body?.cancel();
}

test('asked for usage: what the app gets is what it would have got, in any pieces', async () => {
  const expected = bytesOf(PLAIN);
  const sent = bytesOf(ASKED);
  expect(Buffer.from(sent).equals(expected)).toBe(false);
  const check = async (pieces: number[], isBytes: boolean) => {
    const { tricost, transport, fetch } = metering(
      serving(sent, pieces, 'text/event-stream', isBytes),
    );
    await showBody(fetch);
    expect((await read(await fetch(OPENAI, post(chat)))).bytes.toString()).toBe(
      Buffer.from(expected).toString(),
    );
    await tricost.shutdown();
    expect(transport.calls().slice(1)).toMatchObject([{ usage_raw: { prompt_tokens: 1_000 } }]);
  };
  for (let at = 1; at < sent.length; at += 1) await check([at, sent.length], at % 2 === 0);
  await check([1], true);
});

test('asked for usage: a stream that is no such stream passes as it is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.constantFrom('\n', '\n\n', '\r\n\r\n', 'data: ', '{"choices":[]', '"x":1}', '\r'),
          fc.string({ unit: 'binary', maxLength: 20 }),
        ),
        { maxLength: 40 },
      ),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
      async (texts, pieces) => {
        const bytes = Uint8Array.from(Buffer.from(texts.join('')));
        const { tricost, fetch } = metering(serving(bytes, pieces, 'text/event-stream', true));
        await showBody(fetch);
        expect((await read(await fetch(OPENAI, post(chat)))).bytes.equals(bytes)).toBe(true);
        await tricost.shutdown();
      },
    ),
    { numRuns: 200 },
  );
});

describe('memory', () => {
  const MEBIBYTE = 1_048_576;

  test.each([
    [
      'a picture of 64 MiB before the usage',
      '{"data":[{"b64_json":"',
      '"}],"usage":{"input_tokens":5,"output_tokens":7},"model":"gpt-image-2"}',
      'application/json',
    ],
    [
      'an event of 64 MiB before the usage',
      'data: {"choices":[{"x":"',
      '"}]}\n\ndata: {"choices":[],"usage":{"prompt_tokens":5}}\n\ndata: [DONE]\n\n',
      'text/event-stream',
    ],
  ])('%s does not pile up', async (_, before, after, type) => {
    const filler = new Uint8Array(MEBIBYTE).fill(0x61);
    let sent = 0;
    const server: Server = async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            if (sent === 0) controller.enqueue(Buffer.from(before));
            else if (sent <= 64) controller.enqueue(filler);
            else if (sent === 65) controller.enqueue(Buffer.from(after));
            else controller.close();
            sent += 1;
          },
        }),
        { headers: { 'content-type': type } },
      );
    const { tricost, transport, fetch } = metering(server);
    const response = await fetch(OPENAI, post(chat));
    const start = process.memoryUsage().arrayBuffers;
    let most = 0;
    let received = 0;
    let pieces = 0;
    for await (const piece of response.body ?? []) {
      received += piece.length;
      if (++pieces % 8 > 0) continue;
      collectGarbage();
      most = Math.max(most, process.memoryUsage().arrayBuffers - start);
    }
    await tricost.shutdown();
    expect(received).toBeGreaterThan(64 * MEBIBYTE);
    expect(most).toBeLessThan(16 * MEBIBYTE);
    expect(transport.calls()).toMatchObject([{ status: 'ok', usage_raw: {} }]);
  });
});

describe('what goes wrong within stays within', () => {
  const whole = bytesOf(PLAIN);
  const server = serving(whole, [7], 'text/event-stream', true);

  test.each<[string, TricostOptions<string>]>([
    [
      'a transport that throws',
      {
        transport: {
          send: () => {
            throw new Error('no');
          },
        },
      },
    ],
    [
      'an onError that throws',
      {
        queueUrl: '',
        onError: () => {
          throw new Error('no');
        },
      },
    ],
    [
      'defaults that throw',
      {
        defaults: new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      },
    ],
    [
      'hosts that throw',
      {
        hosts: new Proxy(
          {},
          {
            get: () => {
              throw new Error('no');
            },
          },
        ),
      },
    ],
  ])('%s', async (_, options) => {
    const { fetch } = metering(server, { onError: () => {}, ...options });
    expect((await read(await fetch(OPENAI, post(chat)))).bytes.equals(whole)).toBe(true);
  });

  test.each([
    ['jumps back', () => -1e12],
    ['jumps ahead', () => 1e15],
    ['is broken', () => Number.NaN],
  ])('a clock that %s', async (_, now) => {
    const { tricost, transport, fetch } = metering(server);
    const response = await fetch(OPENAI, post(chat));
    const clock = vi.spyOn(performance, 'now').mockImplementation(now);
    const calendar = vi.spyOn(Date, 'now').mockImplementation(now);
    onTestFinished(() => {
      clock.mockRestore();
      calendar.mockRestore();
    });
    expect((await read(response)).bytes.equals(whole)).toBe(true);
    clock.mockRestore();
    calendar.mockRestore();
    await tricost.shutdown();
    const [call] = transport.calls();
    expect(call?.latency_ms ?? 0).toBeGreaterThanOrEqual(0);
    expect(call).toMatchObject({ status: 'ok', model: 'gpt-5.4-2026-03-05' });
  });

  test('a broken clock at the start', async () => {
    const { tricost, transport, fetch } = metering(server);
    const calendar = vi.spyOn(Date, 'now').mockReturnValue(Number.NaN);
    onTestFinished(() => calendar.mockRestore());
    const response = await fetch(OPENAI, post(chat));
    calendar.mockRestore();
    expect((await read(response)).bytes.equals(whole)).toBe(true);
    await tricost.shutdown();
    expect(transport.calls()).toHaveLength(1);
  });

  test('a request that cannot be read goes out as it is', async () => {
    const seen: unknown[] = [];
    const server: Server = async (input, init) => {
      seen.push(input, init);
      return new Response('{}');
    };
    const { fetch } = metering(server, { onError: () => {} });
    const hostile = new Proxy(
      { method: 'POST' },
      {
        get: (target, key) => {
          if (key === 'body') throw new Error('no');
          return Reflect.get(target, key);
        },
      },
    );
    await fetch(OPENAI, hostile as RequestInit);
    expect(seen).toEqual([OPENAI, hostile]);
  });

  test('an error of fetch is the app’s, as it is', async () => {
    const error = new TypeError('fetch failed');
    const { fetch } = metering(() => Promise.reject(error));
    await expect(fetch(OPENAI, post(chat))).rejects.toBe(error);
  });
});
