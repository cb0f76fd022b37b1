/** Turns the span of one model call into a call: the same one, with the same id and time, however often it is exported. */
import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import { uuidV5 } from '../../../domain/uuid.ts';
import { defined } from './defined.ts';
import {
  type FinishedSpan,
  readJson,
  readText,
  type SpanAttributes,
  unixMs,
} from './finished-span.ts';
import { providerOfSpan } from './provider-of-span.ts';
import { tagsOfSpan } from './tags-of-span.ts';
import { usageOfSpan } from './usage-of-span.ts';

/** Namespace of the ids of calls that were spans: uuidv5 of `<trace id>/<span id>`, in any language. */
const SPAN_NAMESPACE = '0b3e1a52-6f3c-4b5e-8a51-9c1d7f2e4a60';
const ERROR = 2;

const MODELS = [
  'gen_ai.response.model',
  'ai.response.model',
  'llm.response.model_name',
  'langfuse.observation.model.name',
  'llm.model_name',
  'embedding.model_name',
  'gen_ai.request.model',
  'ai.model.id',
  'llm.request.model_name',
];

/** @returns undefined where the span names no model */
export function callOfSpan(span: FinishedSpan): LlmCall | undefined {
  const { attributes, resource } = span;
  const model = readText(attributes, ...MODELS);
  if (model === undefined) return undefined;
  const { traceId, spanId } = span.spanContext();
  const startMs = unixMs(span.startTime);
  return {
    ts: new Date(startMs).toISOString(),
    model,
    ...tagsOfSpan(attributes),
    ...defined({
      event_id: uuidV5(SPAN_NAMESPACE, `${traceId}/${spanId}`),
      provider: providerOfSpan(attributes, model),
      usage_raw: usageOfSpan(attributes),
      service_tier: readText(
        attributes,
        ...['openai.response.service_tier', 'gen_ai.openai.response.service_tier'],
      ),
      status: statusOf(span),
      latency_ms: Math.max(0, unixMs(span.endTime) - startMs),
      ttft_ms: firstTokenMs(attributes, startMs),
      stream: isStream(attributes),
      response_id: responseIdOf(attributes),
      trace_id: traceId,
      environment:
        readText(resource.attributes, 'deployment.environment.name', 'deployment.environment') ??
        readText(attributes, 'langfuse.environment'),
      service: serviceOf(resource.attributes),
    }),
  };
}

export function responseIdOf(attributes: SpanAttributes): string | undefined {
  return readText(attributes, 'gen_ai.response.id', 'ai.response.id');
}

/** https://opentelemetry.io/docs/specs/semconv/general/recording-errors/ */
function statusOf({ status, attributes, events }: FinishedSpan): LlmCall['status'] {
  if (status.code !== ERROR && attributes['langfuse.observation.level'] !== 'ERROR') return 'ok';
  const exception = events.findLast(({ name }) => name === 'exception')?.attributes ?? {};
  const type = readText(attributes, 'error.type') ?? readText(exception, 'exception.type') ?? '';
  if (/abort/i.test(type)) return 'aborted';
  return /timeout/i.test(type) ? 'timeout' : 'error';
}

function firstTokenMs(attributes: SpanAttributes, startMs: number): number | undefined {
  const seconds =
    attributes['gen_ai.response.time_to_first_chunk'] ??
    // AI SDK 7.
    attributes['gen_ai.client.operation.time_to_first_chunk'];
  const ms =
    typeof seconds === 'number' ? seconds * 1_000 : attributes['ai.response.msToFirstChunk'];
  if (typeof ms === 'number') return ms >= 0 ? ms : undefined;
  // Langfuse writes the time as JSON: in quotes.
  const first = Date.parse(
    String(readJson(attributes, 'langfuse.observation.completion_start_time')),
  );
  return first >= startMs ? first - startMs : undefined;
}

function isStream(attributes: SpanAttributes): boolean | undefined {
  const stream = attributes['gen_ai.request.stream'];
  if (typeof stream === 'boolean') return stream;
  const operation = attributes['ai.operationId'];
  return typeof operation === 'string' ? operation.endsWith('.doStream') : undefined;
}

/** The SDK says `unknown_service:node` where the app has not named itself. */
function serviceOf(resource: SpanAttributes): string | undefined {
  const name = readText(resource, 'service.name');
  return name?.startsWith('unknown_service') === true ? undefined : name;
}
