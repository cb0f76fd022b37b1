/**
 * Writes the built-in price list from the catalogue of the installed `@pydantic/genai-prices` and our corrections.
 * `--check` writes nothing and fails when a committed file differs (run in CI).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { type Correction, correct } from '../domain/pricing/corrections.ts';
import { type CatalogueProvider, fromCatalogue } from '../domain/pricing/from-catalogue.ts';
import { formatNames, formatPrices } from '../domain/pricing/price-list-text.ts';
import { digestOf, type PriceRelease } from '../domain/pricing/price-release.ts';
import { tunedNames } from '../domain/pricing/tuned-models.ts';

const PACKAGE = '@pydantic/genai-prices';
const FOLDER = new URL('../domain/pricing/', import.meta.url);

const main = createRequire(import.meta.url).resolve(PACKAGE);
const { version } = JSON.parse(
  await readFile(new URL('../package.json', `file://${main}`), 'utf8'),
);
const module = await readFile(new URL('index.js', `file://${main}`), 'utf8');
const corrections: Correction[] = JSON.parse(
  await readFile(new URL('corrections.json', FOLDER), 'utf8'),
);

const catalogue = `${PACKAGE} ${version}`;
const { prices, names: listed } = fromCatalogue(catalogueIn(module), catalogue);
const names = [...listed, ...tunedNames(prices)];
const corrected = correct(prices, corrections);
const release = await nextRelease(digestOf({ prices: corrected, names }));
const files: [name: string, text: string][] = [
  ['prices.tsv', formatPrices(corrected)],
  ['model-names.tsv', formatNames(names)],
  ['release.json', `${JSON.stringify(release, null, 2)}\n`],
];

for (const [name, text] of files) {
  const url = new URL(name, FOLDER);
  if (!process.argv.includes('--check')) await writeFile(url, text);
  else if ((await readFile(url, 'utf8')) !== text) {
    console.error(
      `${fileURLToPath(url)} is not what the catalogue and corrections.json make: run \`npm run generate\` and commit the result.`,
    );
    process.exit(1);
  }
}

/**
 * Another list has a higher number, so that a database knows which is newer.
 *
 * @throws Error when nobody has said yet when the catalogue was published: its package does not
 */
async function nextRelease(digest: string): Promise<Omit<PriceRelease, 'list'>> {
  const last: Omit<PriceRelease, 'list'> = JSON.parse(
    await readFile(new URL('release.json', FOLDER), 'utf8'),
  );
  if (last.catalogue !== catalogue) {
    throw new Error(
      `domain/pricing/release.json is of ${last.catalogue}: enter "${catalogue}" and the day it was published (\`npm view ${PACKAGE} time\`)`,
    );
  }
  return last.digest === digest ? last : { ...last, revision: last.revision + 1, digest };
}

/**
 * The package exports no list of its providers; its module begins with one.
 *
 * @throws Error when it does not
 */
function catalogueIn(source: string): CatalogueProvider[] {
  const [opening] = /^const \w+ = (?=\[\n)/.exec(source) ?? [];
  const end = source.indexOf('\n], ');
  if (opening === undefined || end === -1) {
    throw new Error(
      `the module of ${PACKAGE} no longer begins with its catalogue: look at it and mend this script`,
    );
  }
  // The literal's arrays belong to another realm, which `Array.isArray` does not mind.
  return runInNewContext(source.slice(opening.length, end + '\n]'.length));
}
