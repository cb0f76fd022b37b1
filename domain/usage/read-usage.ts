/**
 * Reads any usage object into tricost's inclusive shape. The object's own keys say whose it is: the provider of an event
 * names who served the call, not which SDK spelled the object.
 */
import { Refused } from '../ingest-calls/rejection.ts';
import type { JsonObject } from '../json.ts';
import { readAnthropicUsage } from './anthropic.ts';
import { readBedrockConverseUsage } from './bedrock-converse.ts';
import { readGeminiUsage } from './gemini.ts';
import { readOpenAiChatUsage, readOpenAiResponsesUsage } from './openai.ts';
import { readCount } from './read-count.ts';
import { known, USAGE_KEYS, type Usage } from './usage.ts';

interface Dialect {
  /** Keys that only this dialect has; the first dialect with one of them reads the object. */
  signature: readonly string[];
  read: (usage: JsonObject) => Usage;
}

/** Order matters: the first signature that matches wins, and a plain `{input_tokens, output_tokens}` matches none. */
const DIALECTS: readonly Dialect[] = [
  {
    signature: [
      'cache_read_input_tokens',
      'cache_creation_input_tokens',
      'cache_creation',
      'server_tool_use',
    ],
    read: readAnthropicUsage,
  },
  {
    signature: ['prompt_tokens', 'completion_tokens'],
    read: readOpenAiChatUsage,
  },
  {
    signature: ['input_tokens_details', 'output_tokens_details'],
    read: readOpenAiResponsesUsage,
  },
  {
    signature: ['promptTokenCount', 'candidatesTokenCount', 'totalTokenCount'],
    read: readGeminiUsage,
  },
  {
    signature: ['inputTokens', 'outputTokens'],
    read: readBedrockConverseUsage,
  },
];

export interface ReadUsage {
  usage: Usage;
  /** Keys of an object in our own shape that are not ours: what they say is not priced. */
  unreadKeys: string[];
}

/** @throws Refused (`tokens_invalid`, `usage_unrecognised`) */
export function readUsage(raw: JsonObject): ReadUsage {
  const dialect = DIALECTS.find(({ signature }) => signature.some((key) => key in raw));
  const usage = dialect === undefined ? readOwnUsage(raw) : dialect.read(raw);
  if (Object.keys(usage).length === 0) throw new Refused('usage_unrecognised');
  return { usage, unreadKeys: dialect === undefined ? unreadKeys(raw) : [] };
}

/** @throws Refused (`tokens_invalid`) */
export function readOwnUsage(raw: JsonObject): Usage {
  return known(Object.fromEntries(USAGE_KEYS.map((key) => [key, readCount(raw, key)])));
}

function unreadKeys(raw: JsonObject): string[] {
  const read: ReadonlySet<string> = new Set([...USAGE_KEYS, 'total_tokens']);
  return Object.keys(raw).filter((key) => !read.has(key));
}
