/**
 * Asks an OpenAI stream for its usage, which it does not tell by itself, and takes the answer out again before the app sees it:
 * code that reads `chunk.choices[0].delta` breaks on the chunk that has usage and no choice.
 * https://platform.openai.com/docs/api-reference/chat/create#chat-create-stream_options
 */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import { type FetchInit, type FetchInput, headersOf } from './llm-request.ts';

/** A changed body would break what these say of it. */
const SIGNATURES = [
  'x-amz-date',
  'x-amz-content-sha256',
  'signature',
  'digest',
  'content-digest',
  'content-md5',
];

/**
 * @param body of `init`, parsed
 * @returns the request to make instead; undefined where the app has said what it wants, or where a change is not safe
 */
export function askForUsage(
  input: FetchInput,
  init: FetchInit,
  body: JsonObject,
): NonNullable<FetchInit> | undefined {
  if (init === undefined || typeof init.body !== 'string' || body['stream'] !== true)
    return undefined;
  // A copy of what has a class of its own would lose what it inherits.
  if (Object.getPrototypeOf(init) !== Object.prototype) return undefined;
  const headers = headersOf(input, init);
  if (SIGNATURES.some((name) => headers.has(name))) return undefined;
  if (headers.get('authorization')?.startsWith('AWS4-') === true) return undefined;
  const asking = withIncludeUsage(init.body, body);
  if (asking === undefined) return undefined;
  if (!headers.has('content-length')) return { ...init, body: asking };
  headers.delete('content-length');
  return { ...init, headers, body: asking };
}

function withIncludeUsage(text: string, body: JsonObject): string | undefined {
  const options = body['stream_options'];
  if (options === undefined) {
    // Put in as text: parsed and written again, a large integer would be another.
    const end = text.trimEnd();
    return `${end.slice(0, -1)},"stream_options":{"include_usage":true}}`;
  }
  if (!isObject(options) || options['include_usage'] !== undefined) return undefined;
  if (JSON.stringify(body) !== text) return undefined;
  return JSON.stringify({ ...body, stream_options: { ...options, include_usage: true } });
}
