/** Tells, once each, of requests to a host of LLMs that the meter does not know: a new endpoint must not cost money unseen. */
import { findHost, type Hosts } from './hosts.ts';

/** They run no model, or tell what it cost elsewhere. */
const FREE =
  /\/(?:files|uploads|parts|batches|models|moderations|vector_stores|file_batches|fine_tuning|evals|containers|cachedContents|cancel|complete|tokenize|input_tokens|count-?tokens)\b|count_?tokens/i;
/** Hosts that serve much else, by a part of the URLs that concern us. */
const OF_MANY: Readonly<Record<string, RegExp>> = {
  aws: /\/\/bedrock-runtime\./,
  azure: /\/(?:openai|anthropic|models)\//,
  google: /\/models\//,
};
const MAX_TOLD = 20;

export class UnmeteredPaths {
  readonly #hosts: Hosts;
  readonly #tell: (problem: string) => void;
  readonly #told = new Set<string>();

  constructor(hosts: Hosts, tell: (problem: string) => void) {
    this.#hosts = hosts;
    this.#tell = tell;
  }

  /** @param text the URL of a POST */
  note(text: string): void {
    if (!URL.canParse(text)) return;
    const url = new URL(text);
    const host = findHost(url, this.#hosts);
    const { pathname } = url;
    if (host === undefined || FREE.test(pathname)) return;
    if (OF_MANY[host.provider]?.test(text) === false) return;
    // What is before may hold ids.
    const key = `${url.host} ${pathname.slice(pathname.lastIndexOf('/'))}`;
    if (this.#told.has(key) || this.#told.size >= MAX_TOLD) return;
    this.#told.add(key);
    this.#tell(`${url.host}${pathname} is not metered: publish() what it uses, if it costs`);
  }
}
