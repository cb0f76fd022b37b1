/**
 * Writes the TypeScript types of the event contract from its JSON Schema, so that both have one source.
 * `--check` writes nothing and fails when the committed file differs (run in CI).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compileFromFile } from 'json-schema-to-typescript';

const SCHEMA = new URL('../domain/contract/llm-call.v1.schema.json', import.meta.url);
const TYPES = new URL('../domain/contract/llm-call.ts', import.meta.url);

const generated = await compileFromFile(fileURLToPath(SCHEMA), {
  bannerComment:
    '/* Generated from llm-call.v1.schema.json by scripts/generate-contract.ts. Do not edit. */',
  style: { singleQuote: true, printWidth: 100 },
  unreachableDefinitions: false,
});

if (process.argv.includes('--check')) {
  if ((await readFile(TYPES, 'utf8')) !== generated) {
    console.error(
      'domain/contract/llm-call.ts does not match its schema: run `npm run generate` and commit the result.',
    );
    process.exit(1);
  }
} else {
  await writeFile(TYPES, generated);
}
