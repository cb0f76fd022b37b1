/** Who serves a host, by the names of the price list. */

export interface HostOptions {
  /** As the price list names it, for example `openai`; for a gateway, whose prices it has. */
  provider: string;
  /** Whether it takes `stream_options.include_usage`, so that streams may be asked for their usage. Default false. */
  includeUsage?: boolean;
}

interface KnownHost extends HostOptions {
  /** Of the host's name. */
  ends: string;
}

/**
 * `includeUsage` only where the provider's documentation has it: a server that does not know the option may refuse the call.
 * OpenRouter and xAI send usage unasked.
 */
const KNOWN_HOSTS: readonly KnownHost[] = [
  { ends: 'api.openai.com', provider: 'openai', includeUsage: true },
  { ends: '.openai.azure.com', provider: 'azure', includeUsage: true },
  { ends: '.cognitiveservices.azure.com', provider: 'azure', includeUsage: true },
  { ends: '.services.ai.azure.com', provider: 'azure', includeUsage: true },
  { ends: 'api.anthropic.com', provider: 'anthropic' },
  { ends: 'generativelanguage.googleapis.com', provider: 'google' },
  { ends: 'aiplatform.googleapis.com', provider: 'google' },
  { ends: 'openrouter.ai', provider: 'openrouter' },
  { ends: 'api.x.ai', provider: 'x-ai' },
  // https://api-docs.deepseek.com/api/create-chat-completion
  { ends: 'api.deepseek.com', provider: 'deepseek', includeUsage: true },
  // https://console.groq.com/docs/api-reference#chat-create
  { ends: 'api.groq.com', provider: 'groq', includeUsage: true },
  { ends: 'api.mistral.ai', provider: 'mistral' },
  { ends: 'api.together.xyz', provider: 'together' },
  { ends: 'api.fireworks.ai', provider: 'fireworks' },
  { ends: 'api.perplexity.ai', provider: 'perplexity' },
  { ends: 'api.cerebras.ai', provider: 'cerebras' },
  { ends: 'api.cohere.com', provider: 'cohere' },
  { ends: '.amazonaws.com', provider: 'aws' },
];

export interface FoundHost extends HostOptions {
  /** Where it serves calls, where its name says so. */
  region?: string;
}

/** Its responses do not say where a call was served; its price depends on it. https://developers.openai.com/api/docs/guides/data-residency */
const REGION_OF_OPENAI = /^([a-z]+)\.api\.openai\.com$/;

export type Hosts = Readonly<Record<string, HostOptions>>;

/** @param own by host, with its port or without; they win */
export function findHost(url: URL, own: Hosts): FoundHost | undefined {
  const named = own[url.host] ?? own[url.hostname];
  if (named !== undefined) return named;
  const known = KNOWN_HOSTS.find(({ ends }) => endsWithName(url.hostname, ends));
  if (known?.provider === 'azure') return { ...known, includeUsage: isNewAzure(url) };
  const region = REGION_OF_OPENAI.exec(url.hostname)?.[1];
  return known === undefined || region === undefined ? known : { ...known, region };
}

/** `eu.api.openai.com` and `us-central1-aiplatform.googleapis.com`, but not `notapi.openai.com`. */
function endsWithName(hostname: string, name: string): boolean {
  if (!hostname.endsWith(name)) return false;
  const before = hostname.at(-name.length - 1);
  return before === undefined || before === '.' || before === '-' || name.startsWith('.');
}

/** Since 2024-09-01-preview; the version without a date in its URL is newer. https://learn.microsoft.com/en-us/azure/ai-foundry/openai/api-version-lifecycle */
function isNewAzure(url: URL): boolean {
  const version = url.searchParams.get('api-version');
  return url.pathname.includes('/openai/v1/') || (version !== null && version >= '2024-09-01');
}
