/** What an event carries beyond the contract: bounded, and without prompts or answers. */
import type { JsonObject } from '../json.ts';
import { cleanText } from './text.ts';

const MAX_EXTRA_BYTES = 2_048;
const MAX_DEPTH = 6;

/** Keys under which SDKs keep prompts and answers. Text under them is never stored, at any depth. */
const CONTENT_KEYS: ReadonlySet<string> = new Set([
  'answer',
  'arguments',
  'body',
  'choices',
  'completion',
  'completions',
  'content',
  'contents',
  'input',
  'inputs',
  'instructions',
  'message',
  'messages',
  'output',
  'outputs',
  'prompt',
  'prompts',
  'query',
  'question',
  'request',
  'request_body',
  'response',
  'response_body',
  'system',
  'system_prompt',
  'text',
  'tool_calls',
]);

export interface Bounded {
  value: JsonObject | null;
  /** Something was left out for its size. */
  cut: boolean;
  /** Something was left out because it may be prompt or completion text. */
  contentRemoved: boolean;
}

/** Unknown fields, when they fit into 2 kB of JSON; otherwise none of them. */
export function boundExtra(fields: JsonObject): Bounded {
  const state = { cut: false, contentRemoved: false };
  const value = withoutContent(fields, 0, state) as JsonObject;
  if (Object.keys(value).length === 0) return { value: null, ...state };
  const fits = Buffer.byteLength(JSON.stringify(value), 'utf8') <= MAX_EXTRA_BYTES;
  return { value: fits ? value : null, ...state, cut: state.cut || !fits };
}

/** Numbers and booleans under these names are counts and switches, not text. */
function isContent(key: string, value: unknown): boolean {
  return (
    CONTENT_KEYS.has(key.toLowerCase()) && (typeof value === 'string' || typeof value === 'object')
  );
}

function withoutContent(
  value: unknown,
  depth: number,
  state: { cut: boolean; contentRemoved: boolean },
): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) {
    state.cut = true;
    return null;
  }
  if (Array.isArray(value)) return value.map((item) => withoutContent(item, depth + 1, state));
  const kept = Object.entries(value).filter(([key, item]) => !isContent(key, item));
  if (kept.length < Object.keys(value).length) state.contentRemoved = true;
  return Object.fromEntries(
    kept.map(([key, item]) => [cleanText(key), withoutContent(item, depth + 1, state)]),
  );
}
