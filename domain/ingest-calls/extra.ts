/** What an event carries beyond the contract: bounded, and without prompts or answers. */
import type { JsonObject } from '../json.ts';
import { DECIMAL_STRING } from '../usage/read-count.ts';
import { cleanText } from './text.ts';

const MAX_EXTRA_BYTES = 2_048;
const MAX_DEPTH = 6;

/** Longer strings are prose, whatever they are called. */
const MAX_STRING_LENGTH = 200;

/**
 * Words in the names under which SDKs and telemetry keep prompts and answers: `messages`, `gen_ai.input.messages`,
 * `completion_text`, `toolCalls`. Text under such a name is never stored, at any depth.
 */
const CONTENT_WORDS: ReadonlySet<string> = new Set([
  ...['answer', 'answers', 'arguments', 'body', 'calls', 'choices', 'completion', 'completions'],
  ...[
    'content',
    'contents',
    'input',
    'inputs',
    'instruction',
    'instructions',
    'message',
    'messages',
  ],
  ...['output', 'outputs', 'prompt', 'prompts', 'query', 'question', 'reasoning', 'request'],
  ...['response', 'system', 'text', 'thinking', 'thought', 'thoughts', 'transcript'],
]);

const NAMING_WORDS: ReadonlySet<string> = new Set(['id', 'ids', 'name', 'type', 'version']);

export interface Bounded {
  value: JsonObject | null;
  /** Something was left out for its size. */
  cut: boolean;
  /** Something was left out because it may be prompt or completion text. */
  contentRemoved: boolean;
}

/** In a usage object, strings name tiers, lifetimes and kinds of tokens: one word each. */
const USAGE_WORD = /^[\w.:/-]{1,40}$/;

interface State {
  cut: boolean;
  contentRemoved: boolean;
  /** `prompt_tokens_details` holds counts, no prompt: it is kept, and what in it is not a count or a word is not. */
  isUsage: boolean;
}

/** Unknown fields, when they fit into 2 kB of JSON; otherwise none of them. */
export function boundExtra(fields: JsonObject): Bounded {
  return bound(fields, false);
}

/** A usage object, by the same measure. */
export function boundUsage(usage: JsonObject): Bounded {
  return bound(usage, true);
}

/**
 * Whether something may have been cut out of a kept object. What is too deep leaves a null where it stood, and the object that is
 * too large is not kept.
 */
export function mayBeCut(kept: unknown, depth = 0): boolean {
  if (kept === null) return depth === MAX_DEPTH;
  if (typeof kept !== 'object') return false;
  return Object.values(kept).some((value) => mayBeCut(value, depth + 1));
}

function bound(fields: JsonObject, isUsage: boolean): Bounded {
  const state: State = { cut: false, contentRemoved: false, isUsage };
  const value = withoutContent(fields, 0, state) as JsonObject;
  const { cut, contentRemoved } = state;
  if (Object.keys(value).length === 0) return { value: null, cut, contentRemoved };
  const fits = Buffer.byteLength(JSON.stringify(value), 'utf8') <= MAX_EXTRA_BYTES;
  return { value: fits ? value : null, cut: cut || !fits, contentRemoved };
}

/** Numbers and booleans under such names are counts and switches, not text; so are digits alone, in a usage object. */
function isContent(key: string, value: unknown, { isUsage }: State): boolean {
  if (typeof value === 'string' && value.length > MAX_STRING_LENGTH) return true;
  if (isUsage && typeof value === 'string') {
    if (DECIMAL_STRING.test(value)) return false;
    if (!USAGE_WORD.test(value)) return true;
  }
  if (isUsage && typeof value === 'object') return false;
  const words = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  // `request_id`, `input_type`: they name something, they are not its text.
  if (typeof value === 'string' && NAMING_WORDS.has(words.at(-1) ?? '')) return false;
  return (
    (typeof value === 'string' || typeof value === 'object') &&
    words.some((word) => CONTENT_WORDS.has(word))
  );
}

function withoutContent(value: unknown, depth: number, state: State): unknown {
  if (typeof value === 'string') {
    // In a list: under a name, isContent has seen it.
    const isProse = value.length > MAX_STRING_LENGTH || (state.isUsage && !USAGE_WORD.test(value));
    if (isProse) state.contentRemoved = true;
    return isProse ? null : cleanText(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) {
    state.cut = true;
    return null;
  }
  if (Array.isArray(value)) return value.map((item) => withoutContent(item, depth + 1, state));
  const kept = Object.entries(value).filter(([key, item]) => !isContent(key, item, state));
  if (kept.length < Object.keys(value).length) state.contentRemoved = true;
  return Object.fromEntries(
    kept.map(([key, item]) => [cleanText(key), withoutContent(item, depth + 1, state)]),
  );
}
