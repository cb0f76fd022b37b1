/** Spans of every dialect, as its library writes them, through OpenTelemetry's own SDK: which calls come out, and what they cost. */
import { readFileSync } from 'node:fs';
import { type Context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import * as Version1 from '@opentelemetry/sdk-trace-base-1';
import { describe, expect, test } from 'vitest';
import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import { parseCall } from '../../../domain/ingest-calls/parse-call.ts';
import { builtInPriceBook } from '../../../domain/pricing/built-in-prices.ts';
import type { PublishError } from '../../../sdk/src/delivery/publish-error.ts';
import { TricostSpanExporter } from '../../../sdk/src/otel/index.ts';
import { readCorpus } from '../../golden/corpus.ts';
import { assertCall } from '../../support/received-envelopes.ts';

type Attributes = { [name: string]: string | number | boolean };

interface RecordedSpan {
  name: string;
  attributes: Attributes;
  spans?: RecordedSpan[];
}

interface Recording {
  library: string;
  spans: RecordedSpan[];
  calls: Record<string, unknown>[];
}

const RECORDINGS: Recording[] = JSON.parse(
  readFileSync('test/sdk/otel/recorded-spans.json', 'utf8'),
);
const PRICES = builtInPriceBook();
const START_MS = Date.parse('2026-11-23T13:00:00.123Z');

/** OpenTelemetry's SDK with our exporter, and what came out of it. */
function tracing() {
  const calls: LlmCall[] = [];
  const errors: PublishError[] = [];
  let flushes = 0;
  const exporter: SpanExporter & TricostSpanExporter = new TricostSpanExporter({
    publisher: {
      publish: (call) => void calls.push(call as LlmCall),
      flush: async () => {
        flushes += 1;
        return { sent: 0, dropped: 0, pending: 0 };
      },
    },
    onError: (error) => void errors.push(error),
  });
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');

  /** A span around its spans; they take 812 ms. */
  function play({ name, attributes, spans = [] }: RecordedSpan, parent: Context = ROOT_CONTEXT) {
    const span = tracer.startSpan(name, { attributes, startTime: START_MS }, parent);
    for (const inner of spans) play(inner, trace.setSpan(parent, span));
    span.end(START_MS + 812);
    return span;
  }
  return { provider, exporter, tracer, play, calls, errors, flushes: () => flushes };
}

/** What ingest makes of a call. */
function costOf(call: LlmCall): string | null {
  const parsed = parseCall(JSON.parse(JSON.stringify(call)), {
    messageId: 'm',
    index: 0,
    now: new Date('2026-11-23T13:01:00Z'),
    oldest: new Date('2026-10-01T00:00:00Z'),
    prices: PRICES,
  });
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed)}`);
  return parsed.value.cost_usd;
}

test.each(RECORDINGS)('$library', async ({ spans, calls: expected }) => {
  const { provider, play, calls, errors } = tracing();
  for (const span of spans) play(span);
  await provider.forceFlush();
  expect(errors).toEqual([]);
  for (const call of calls) assertCall(call);
  expect(calls.map((call) => ({ ...call, cost_usd: costOf(call) }))).toMatchObject(expected);
  expect(calls).toHaveLength(expected.length);
});

const AI_SDK = readCorpus().filter(({ source }) => source === 'ai-sdk-span');

test.each(AI_SDK)(
  'the golden corpus: $name: costs as a span what it costs as an object',
  async (golden) => {
    const { provider, play, calls } = tracing();
    play({
      name: 'ai.streamText.doStream',
      attributes: {
        'ai.operationId': 'ai.streamText.doStream',
        'ai.model.provider': golden.provider,
        'ai.response.model': golden.model,
        ...(golden.usage as Attributes),
      },
    });
    await provider.forceFlush();
    expect(calls.map(costOf)).toEqual([golden.expected.cost_usd]);
  },
);

const CHAT: RecordedSpan = {
  name: 'chat gpt-4o',
  attributes: {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 1_000,
    'gen_ai.usage.output_tokens': 300,
  },
};
const chat = (attributes: Attributes, spans: RecordedSpan[] = []): RecordedSpan => ({
  ...CHAT,
  attributes: { ...CHAT.attributes, ...attributes },
  spans,
});

describe('a call', () => {
  test('has the same id and time at every export, and an id of its own', async () => {
    const { provider, exporter, play, calls } = tracing();
    const span = play(CHAT);
    play(CHAT);
    await provider.forceFlush();
    exporter.export([span as never], () => {});
    const [first, second, again] = calls;
    expect(again).toEqual(first);
    expect(first).toMatchObject({ ts: '2026-11-23T13:00:00.123Z', latency_ms: 812 });
    expect(first?.trace_id).toBe(span.spanContext().traceId);
    expect(second?.event_id).not.toBe(first?.event_id);
  });

  test('has the id that any language derives from trace and span', () => {
    const { exporter, calls } = tracing();
    exporter.export(
      [
        {
          ...{
            name: 'chat',
            attributes: CHAT.attributes,
            resource: { attributes: {} },
            events: [],
          },
          ...{ startTime: [1_800_000_000, 999_999_999], endTime: [1_800_000_001, 0] },
          spanContext: () => ({
            traceId: '0af7651916cd43dd8448eb211c80319c',
            spanId: 'b7ad6b7169203331',
          }),
          status: { code: 0 },
        } as never,
      ],
      () => {},
    );
    expect(calls[0]).toMatchObject({
      event_id: '8a19fbbf-3f3a-5d35-89b7-646b358e3a47',
      ts: '2027-01-15T08:00:00.999Z',
      latency_ms: 1,
    });
  });

  test.each([
    ['error', { 'error.type': '429' }],
    ['timeout', { 'error.type': 'APIConnectionTimeoutError' }],
    ['aborted', { 'error.type': 'AbortError' }],
  ] as const)('that failed is one, usage or not: %s', async (status, attributes) => {
    const { provider, tracer, calls } = tracing();
    const span = tracer.startSpan('chat', {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        ...attributes,
      },
    });
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    await provider.forceFlush();
    expect(calls).toMatchObject([{ status, model: 'gpt-4o' }]);
    expect(calls[0]?.usage_raw).toBeUndefined();
  });

  test('that an exception ended is told from its event', async () => {
    const { provider, tracer, calls } = tracing();
    const span = tracer.startSpan('chat', { attributes: CHAT.attributes });
    const error = new Error('This operation was aborted');
    error.name = 'AbortError';
    span.recordException(error);
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
    await provider.forceFlush();
    expect(calls).toMatchObject([{ status: 'aborted' }]);
  });

  test('without usage or model is none, and somebody is told', async () => {
    const { provider, play, calls, errors } = tracing();
    play({ name: 'chat a', attributes: { 'gen_ai.operation.name': 'chat' } });
    play({
      name: 'chat b',
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o' },
    });
    await provider.forceFlush();
    expect(calls).toEqual([]);
    expect(errors.map(({ message, dropped }) => [message.slice(0, 22), dropped])).toEqual([
      ['the span `chat a` name', 1],
      ['the span `chat b` has ', 1],
    ]);
  });
});

describe('one call inside the other', () => {
  test('of the same response is counted once', async () => {
    const { provider, play, calls } = tracing();
    const inner = chat({ 'gen_ai.response.id': 'r_1', 'app.feature': 'inner' });
    play(chat({ 'gen_ai.response.id': 'r_1' }, [{ name: 'POST', attributes: {}, spans: [inner] }]));
    await provider.forceFlush();
    expect(calls).toMatchObject([{ feature: 'inner' }]);
  });

  test('of another response is a call of its own', async () => {
    const { provider, play, calls } = tracing();
    const inner = chat({ 'gen_ai.response.id': 'r_2' });
    const tool = { name: 'execute_tool', attributes: { 'gen_ai.operation.name': 'execute_tool' } };
    play(chat({ 'gen_ai.response.id': 'r_1' }, [{ ...tool, spans: [inner] }]));
    await provider.forceFlush();
    expect(calls.map(({ response_id }) => response_id)).toEqual(['r_2', 'r_1']);
  });

  test('an agent is no call, however many it makes', async () => {
    const { provider, play, calls } = tracing();
    const spans = Array.from({ length: 40 }, (_, n) => chat({ 'gen_ai.response.id': `r_${n}` }));
    const attributes = { ...CHAT.attributes, 'gen_ai.operation.name': 'invoke_agent' };
    play({ name: 'invoke_agent', attributes, spans });
    await provider.forceFlush();
    expect(calls).toHaveLength(40);
  });
});

describe('the exporter', () => {
  test('flushes its publisher when it is flushed or shut down', async () => {
    const { exporter, provider, flushes } = tracing();
    await exporter.forceFlush();
    expect(flushes()).toBe(1);
    await provider.shutdown();
    expect(flushes()).toBe(2);
  });

  test('is one for version 1 of OpenTelemetry, too', async () => {
    const { exporter, calls } = tracing();
    const ofVersion1: Version1.SpanExporter = exporter;
    const provider = new Version1.BasicTracerProvider({
      spanProcessors: [new Version1.SimpleSpanProcessor(ofVersion1)],
    });
    const tracer = provider.getTracer('test');
    const outer = tracer.startSpan('chat', { attributes: CHAT.attributes }, ROOT_CONTEXT);
    const within = trace.setSpan(ROOT_CONTEXT, outer);
    tracer.startSpan('chat', { attributes: CHAT.attributes }, within).end();
    outer.end();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.trace_id).toBe(outer.spanContext().traceId);
  });

  test('survives what is no span, and takes the spans beside it', () => {
    const { exporter, play, calls, errors } = tracing();
    const results: number[] = [];
    const span = play(CHAT);
    exporter.export([undefined as never, {} as never, span as never], ({ code }) => {
      results.push(code);
    });
    expect(results).toEqual([0]);
    expect(calls).toHaveLength(1);
    expect(errors).toHaveLength(2);
  });

  test.each([
    ['usage details', 'langfuse.observation.usage_details'],
    ['metadata', 'metadata'],
    ['provider metadata', 'ai.response.providerMetadata'],
    ['instructions', 'gen_ai.system_instructions'],
  ])('reads past %s that are no JSON', (_, name) => {
    const { exporter, play, calls } = tracing();
    exporter.export([play(chat({ [name]: '{"a' })) as never], () => {});
    expect(calls).toMatchObject([{ model: 'gpt-4o' }]);
  });
});
