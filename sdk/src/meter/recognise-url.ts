/** Which requests are LLM calls, by their URL. */
import { anthropic } from './formats/anthropic.ts';
import { bedrock } from './formats/bedrock.ts';
import { gemini } from './formats/gemini.ts';
import { openAiChat } from './formats/openai-chat.ts';
import { openAiResponses } from './formats/openai-responses.ts';
import type { WireFormat } from './formats/wire-format.ts';
import { findHost, type Hosts } from './hosts.ts';

export interface RecognisedUrl {
  /** As the price list names it; of a host that nobody has named, the host's own name. */
  provider: string;
  isKnownHost: boolean;
  /** Where the host's name says where it serves calls. */
  region?: string;
  format: WireFormat;
  /** Where the URL names it. */
  model?: string;
  /** Whether a stream of it may be asked for its usage. */
  takesIncludeUsage: boolean;
}

/** The first group is the model. */
const PATHS: readonly (readonly [RegExp, WireFormat])[] = [
  [/\/deployments\/([^/]+)\/(?:chat\/)?completions$/, openAiChat],
  [/\/deployments\/([^/]+)\/(?:embeddings|images\/(?:generations|edits))$/, openAiChat],
  [/\/(?:chat\/)?completions$/, openAiChat],
  [/\/(?:embeddings|images\/(?:generations|edits))$/, openAiChat],
  [/\/responses$/, openAiResponses],
  [/\/v1\/messages$/, anthropic],
  [/\/anthropic\/models\/(?!count-tokens:)([^/:]+):(?:raw|streamRaw)Predict$/, anthropic],
  [/\/models\/([^/:]+):(?:generateContent|streamGenerateContent)$/, gemini],
  [/\/models\/([^/:]+):(?:embedContent|batchEmbedContents)$/, gemini],
  [/\/model\/([^/]+)\/(?:converse|converse-stream|invoke|invoke-with-response-stream)$/, bedrock],
];

/** @param path with or without a query */
export function isLlmPath(path: string): boolean {
  const [name = ''] = path.split('?');
  return PATHS.some(([pattern]) => pattern.test(name));
}

export function recogniseUrl(text: string, hosts: Hosts): RecognisedUrl | undefined {
  const path = /^https?:\/\/[^/?#]+([^?#]*)/.exec(text)?.[1];
  if (path === undefined) return undefined;
  for (const [pattern, format] of PATHS) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const url = new URL(text);
    const host = findHost(url, hosts);
    const model = match[1];
    return {
      provider: host?.provider ?? url.hostname,
      isKnownHost: host !== undefined,
      format,
      ...(host?.region === undefined ? {} : { region: host.region }),
      ...(model === undefined ? {} : { model: decodeURIComponent(model) }),
      takesIncludeUsage: host?.includeUsage === true && path.endsWith('/completions'),
    };
  }
  return undefined;
}
