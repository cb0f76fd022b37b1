/** What a request to an LLM says: read from what `fetch` was given, which stays as it is. */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import type { RecognisedUrl } from './recognise-url.ts';

export type FetchInput = Parameters<typeof fetch>[0];
export type FetchInit = Parameters<typeof fetch>[1];

export interface LlmRequest {
  /** The parsed body; undefined where it is no text, or no JSON. */
  body: JsonObject | undefined;
  /** Asked for. */
  model: string | undefined;
  /** UTF-8 bytes of its texts, pictures and files aside; undefined where the body is not known. */
  textBytes: number | undefined;
  /** 1 for the first, as far as the SDK tells. */
  attempt: number | undefined;
  /** Milliseconds after which the SDK aborts the request by itself, as far as it tells. */
  timeoutMs: number | undefined;
  signal: AbortSignal | undefined;
}

export function urlOf(input: FetchInput): string {
  return typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
}

export function methodOf(input: FetchInput, init: FetchInit): string {
  const method = init?.method ?? (isRequest(input) ? input.method : 'GET');
  return method.toUpperCase();
}

export function readRequest(
  input: FetchInput,
  init: FetchInit,
  { model }: RecognisedUrl,
): LlmRequest {
  const body = parseBody(init?.body);
  const headers = headersOf(input, init);
  const asked = body === undefined ? fieldOf(init?.body, 'model') : body['model'];
  return {
    body,
    model: model ?? (typeof asked === 'string' && asked !== '' ? asked : undefined),
    textBytes: body === undefined ? undefined : countText(body),
    // Of the SDKs that Stainless generates: OpenAI's, Anthropic's and others.
    attempt: addOne(readCount(headers.get('x-stainless-retry-count'))),
    timeoutMs: seconds(readCount(headers.get('x-stainless-timeout'))),
    signal: init?.signal ?? (isRequest(input) ? input.signal : undefined),
  };
}

export function headersOf(input: FetchInput, init: FetchInit): Headers {
  return new Headers(init?.headers ?? (isRequest(input) ? input.headers : undefined));
}

function isRequest(input: FetchInput): input is Request {
  return typeof input === 'object' && 'headers' in input;
}

/** Pictures to edit come with a form. */
function fieldOf(form: unknown, name: string): unknown {
  return form instanceof FormData ? form.get(name) : undefined;
}

function parseBody(body: unknown): JsonObject | undefined {
  if (typeof body !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const MAX_DEPTH = 32;
/** Longer runs without a blank are base64. */
const LONGEST_WORD = 2_000;

function countText(value: unknown, depth = 0): number {
  if (typeof value === 'string') {
    const isData = value.length > LONGEST_WORD && !value.slice(0, LONGEST_WORD).includes(' ');
    return isData ? 0 : Buffer.byteLength(value);
  }
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return 0;
  let bytes = 0;
  for (const item of Object.values(value)) bytes += countText(item, depth + 1);
  return bytes;
}

function readCount(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}

function addOne(count: number | undefined): number | undefined {
  return count === undefined ? undefined : count + 1;
}

function seconds(count: number | undefined): number | undefined {
  return count === undefined || count === 0 ? undefined : count * 1_000;
}
