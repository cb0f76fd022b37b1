/**
 * Leaves out of the bundled price catalogue what pricing never reads: descriptions, comments, addresses, and how to read
 * usage out of responses. That is nearly half of it, and all of it would be compiled at every cold start.
 */
import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import type { Plugin } from 'esbuild';

interface Provider {
  models: object[];
}

const UNREAD = new Set([
  'context_window',
  'deprecated',
  'description',
  'extractors',
  'name',
  'price_comments',
  'pricing_urls',
]);

export const stripPriceCatalogue: Plugin = {
  name: 'strip-price-catalogue',
  setup(build) {
    build.onLoad(
      { filter: /@pydantic[\\/]genai-prices[\\/]dist[\\/]index\.js$/ },
      async ({ path }) => ({
        contents: strippedSource(await readFile(path, 'utf8')),
        loader: 'js',
      }),
    );
  },
};

/**
 * @param source of the package's module, which begins with the catalogue as a literal
 * @throws Error when it does not
 */
export function strippedSource(source: string): string {
  const [opening, name] = /^const (\w+) = (?=\[\n)/.exec(source) ?? [];
  const end = source.indexOf('\n], ');
  if (opening === undefined || end === -1) {
    throw new Error(
      'the module of @pydantic/genai-prices no longer begins with its catalogue: look at it and mend scripts/strip-price-catalogue.ts',
    );
  }
  const literalEnd = end + '\n]'.length;
  const providers: Provider[] = runInNewContext(source.slice(opening.length, literalEnd));
  const stripped = providers.map((provider) => ({
    ...read(provider),
    models: provider.models.map(read),
  }));
  return `const ${name} = ${JSON.stringify(stripped)}${source.slice(literalEnd)}`;
}

/** Of a provider or a model; what these hold is kept whole. */
function read(entry: object): object {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !UNREAD.has(key)));
}
