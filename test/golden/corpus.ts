/** The cases of the corpus, one a line, and what a case must have. */
import { readdirSync, readFileSync } from 'node:fs';
import { isObject, type JsonObject } from '../../domain/json.ts';

export interface GoldenCase {
  source: string;
  name: string;
  provider: string;
  model: string;
  at: string;
  service_tier?: string;
  region?: string;
  batch?: boolean;
  status?: string;
  /** As the provider's API or SDK spells it. */
  usage: JsonObject;
  expected: {
    /** Each count written out as a sum of what the object says. */
    usage: Readonly<Record<string, string>>;
    cost_usd: string | null;
    price_status: 'priced' | 'inferred' | 'provider' | 'unpriced';
    /** Why there is no price. */
    reason?: string;
    /** Ours beside a stated cost, written out; null where there is none. */
    computed_cost_usd?: string | null;
    flags?: string[];
  };
  arithmetic: string;
  /** Row of the table of mispricings that others have had. */
  pain?: number;
  /** Where the object's shape and the prices are published. */
  sources: string[];
}

/** @throws Error that says what the case lacks */
export function readCase(line: string, source: string): GoldenCase {
  const value: unknown = JSON.parse(line);
  if (!isObject(value)) throw new Error(`${source}: a line is not an object`);
  const name = `${source}: ${String(value['name'])}`;
  const lacking = ['name', 'provider', 'model', 'at', 'arithmetic'].filter(
    (key) => typeof value[key] !== 'string' || value[key] === '',
  );
  if (!isObject(value['usage'])) lacking.push('usage');
  if (!isObject(value['expected'])) lacking.push('expected');
  const { sources } = value;
  const isPublished = (url: unknown) =>
    typeof url === 'string' && URL.parse(url)?.protocol === 'https:';
  if (!Array.isArray(sources) || sources.length === 0 || !sources.every(isPublished)) {
    lacking.push('sources');
  }
  if (lacking.length > 0) throw new Error(`${name} lacks ${lacking.join(', ')}: see README.md`);
  return { ...value, source } as unknown as GoldenCase;
}

export function readCorpus(): GoldenCase[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) =>
      readFileSync(`${import.meta.dirname}/${file}`, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => readCase(line, file.slice(0, -'.jsonl'.length))),
    );
}
