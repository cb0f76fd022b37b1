/** Plants one forbidden import per rule and expects biome to refuse it: a guard that cannot fail is no guard. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PURE = 'domain is pure: it imports domain, and pure libraries from this list.';
const TOWARDS_DOMAIN = 'Imports flow towards domain, never out of it.';
const INFRASTRUCTURE = 'Infrastructure lives in lib.';
const ADAPTERS = 'adapters import domain, sql and client libraries only.';
const LAMBDAS = 'lambdas import adapters and domain, never infrastructure or tools.';
const SYNTHESIS = 'Synthesis never talks to a database.';
const LIB = 'lib names Lambda files by path and imports only the types of their env.ts.';
const LIB_TYPES =
  'Of an env.ts, lib imports types: its functions read the environment of a running Lambda.';
const CONFIG = 'config reads one file; the command line may read it without loading the CDK.';
const LOCAL = 'local runs bundled assets named by the template, never Lambda sources.';
const LOCAL_CDK = 'local runs the synthesized assembly, it does not build one.';
const CLI =
  'cli imports adapters, config and domain, and of local only where it listens: state/local-file.ts.';
const SOAK = 'soak runs the synthesized assembly with its bundled functions, never their sources.';
const BOARD = 'board imports adapters and domain: it is data, and the page that shows it.';
const BENCH =
  'bench measures what is deployed: the bundles, adapters, domain and sdk, run by local.';
const SDK = 'The SDK has no runtime dependency; the SQS client is an optional peer.';
const SDK_SHARES = 'The SDK shares code with domain only.';

/** What to write into a file of that folder, and biome's words about it. */
type Planted = [folder: string, statement: string, message: string];
type Allowed = [folder: string, statement: string];

const from = (specifier: string) => `import { x } from '${specifier}'; x();`;

const FORBIDDEN: Planted[] = [
  ...['pg', 'zod', 'node:fs', 'node:process', '@aws-sdk/client-sqs'].map(
    (name): Planted => ['domain', from(name), PURE],
  ),
  ['domain/usage', from('pg'), PURE],
  ['domain', "const { x } = await import('pg'); x();", PURE],
  ['domain', "export { x } from 'pg';", PURE],
  ['domain', "import type { X } from 'pg'; export const x: X = 1;", PURE],
  ...[
    'adapters/postgres',
    'board',
    'config',
    'lambdas/notify',
    'lib',
    'local',
    'cli',
    'sdk',
    'scripts',
    'soak',
  ].flatMap((folder): Planted[] => [
    ['domain', from(`../${folder}/x.ts`), TOWARDS_DOMAIN],
    ['domain/usage/deep', from(`../../../${folder}/x.ts`), TOWARDS_DOMAIN],
  ]),
  ['domain/usage', from('../../sql/queries/x.sql'), TOWARDS_DOMAIN],

  ['adapters/postgres', from('aws-cdk-lib'), INFRASTRUCTURE],
  ['adapters/postgres', from('constructs'), INFRASTRUCTURE],
  ['adapters/postgres', from('aws-cdk-lib/aws-sqs'), ADAPTERS],
  ...['board', 'config', 'lambdas/notify', 'lib', 'bin', 'local', 'cli', 'sdk/src', 'soak'].map(
    (folder): Planted => ['adapters/postgres', from(`../../${folder}/x.ts`), ADAPTERS],
  ),

  ['lambdas/notify', from('aws-cdk-lib'), INFRASTRUCTURE],
  ['lambdas/notify', from('constructs'), INFRASTRUCTURE],
  ['lambdas', from('aws-cdk-lib/aws-lambda'), LAMBDAS],
  ...['board', 'config', 'lib', 'bin', 'local', 'cli', 'sdk/src', 'soak'].map(
    (folder): Planted => ['lambdas/notify', from(`../../${folder}/x.ts`), LAMBDAS],
  ),

  ['lib', from('pg'), SYNTHESIS],
  ['bin', from('pg'), SYNTHESIS],
  ...['lambdas/notify/handler.ts', 'lambdas/environment.ts', 'adapters/postgres/connect.ts'].map(
    (path): Planted => ['lib', from(`../${path}`), LIB],
  ),
  ...['board/x.ts', 'local/x.ts', 'cli/x.ts', 'sdk/src/x.ts', 'soak/x.ts'].map(
    (path): Planted => ['lib', from(`../${path}`), LIB],
  ),
  ['lib', from('@aws-sdk/client-sqs'), LIB],
  [
    'lib',
    "import { readNotifyEnv } from '../lambdas/notify/env.ts'; readNotifyEnv(process.env);",
    LIB_TYPES,
  ],

  ...['aws-cdk-lib', 'pg', '../domain/money.ts', '../lib/tricost-stack.ts'].map(
    (specifier): Planted => ['config', from(specifier), CONFIG],
  ),

  ['local/queue', from('aws-cdk-lib'), LOCAL_CDK],
  ['local/queue', from('constructs'), LOCAL_CDK],
  ['local/queue', from('aws-cdk-lib/aws-sqs'), LOCAL],
  ...['lambdas/notify', 'lib', 'bin', 'cli', 'soak'].map(
    (folder): Planted => ['local/queue', from(`../../${folder}/x.ts`), LOCAL],
  ),

  ...['aws-cdk-lib', 'aws-cdk-lib/aws-sqs', 'constructs'].map(
    (name): Planted => ['cli', from(name), CLI],
  ),
  ...['lambdas/notify', 'lib', 'bin', 'local', 'local/state', 'soak'].map(
    (folder): Planted => ['cli', from(`../${folder}/x.ts`), CLI],
  ),

  ...['aws-cdk-lib', 'aws-cdk-lib/aws-sqs', 'constructs'].map(
    (name): Planted => ['soak', from(name), SOAK],
  ),
  ...['lambdas/notify', 'lib', 'bin', 'cli'].map(
    (folder): Planted => ['soak/world', from(`../../${folder}/x.ts`), SOAK],
  ),
  ...['aws-cdk-lib', 'constructs', '../lambdas/notify/x.ts', '../lib/x.ts', '../cli/x.ts'].map(
    (specifier): Planted => ['bench', from(specifier), BENCH],
  ),

  ...['aws-cdk-lib', 'constructs', '../lambdas/notify/x.ts', '../local/x.ts', '../cli/x.ts'].map(
    (specifier): Planted => ['board', from(specifier), BOARD],
  ),

  ...['pg', 'zod', 'temporal-polyfill', '@middy/core', 'aws-cdk-lib'].map(
    (name): Planted => ['sdk/src', from(name), SDK],
  ),
  ...[
    ...['adapters/postgres', 'lambdas/notify', 'lib', 'bin', 'local'],
    ...['cli', 'sql', 'scripts', 'soak'],
  ].map((folder): Planted => ['sdk/src', from(`../../${folder}/x.ts`), SDK_SHARES]),
];

const LEGAL: Allowed[] = [
  ...[
    './money.ts',
    './usage/openai.ts',
    'node:crypto',
    'node:zlib',
    'croner',
    'temporal-polyfill',
  ].map((specifier): Allowed => ['domain', from(specifier)]),
  ['domain/usage', from('../money.ts')],
  ['domain/usage/deep', from('../../money.ts')],
  ['domain/pricing', from('@pydantic/genai-prices')],
  ['domain/pricing', from('../contract/llm-call.ts')],
  ['adapters/postgres', from('pg')],
  ['adapters/postgres', from('../../domain/money.ts')],
  [
    'adapters/postgres',
    "import x from '../../sql/queries/x.sql' with { type: 'text' }; export { x };",
  ],
  ['adapters/sqs', from('@aws-sdk/client-sqs')],
  ['lambdas/notify', from('../../adapters/postgres/connect.ts')],
  ['lambdas/notify', from('../environment.ts')],
  ['lambdas/notify', from('@middy/core')],
  ['lib', from('aws-cdk-lib/aws-sqs')],
  ['lib', from('constructs')],
  [
    'lib',
    "import type { NotifyEnv } from '../lambdas/notify/env.ts'; export const env = {} as NotifyEnv;",
  ],
  ['bin', from('../lib/tricost-stack.ts')],
  ['bin', from('../config/read-config.ts')],
  ['lib', from('../config/config.ts')],
  ['config', from('ajv')],
  ['config', from('node:fs')],
  ['local/queue', from('fauxqs')],
  ['local/queue', from('../../adapters/postgres/connect.ts')],
  ['local/queue', from('../../domain/money.ts')],
  ['cli', from('../adapters/postgres/connect.ts')],
  ['cli', from('../domain/money.ts')],
  ['cli', from('../config/read-config.ts')],
  ['cli', from('../local/state/local-file.ts')],
  ['soak', from('../local/run-assembly.ts')],
  ['soak', from('../sdk/src/index.ts')],
  ['soak', from('../domain/money.ts')],
  ['soak/world', from('../../adapters/postgres/connect.ts')],
  ...['adapters/postgres/x.ts', 'domain/money.ts', 'local/x.ts', 'sdk/src/index.ts'].map(
    (path): Allowed => ['bench', from(`../${path}`)],
  ),
  ...['../adapters/postgres/x.ts', '../domain/money.ts', 'esbuild'].map(
    (specifier): Allowed => ['board', from(specifier)],
  ),
  ['local/board', from('../../board/cards.ts')],
  ['cli', from('../board/cards.ts')],
  ['sdk/src', from('../../domain/contract/llm-call.ts')],
  ['sdk/src', from('./publisher.ts')],
  ['sdk/src', from('node:zlib')],
  ['sdk/src', from('@aws-sdk/client-sqs')],
];

interface Diagnostic {
  category: string;
  message: string;
  location: { path: string };
}

let clone: string;
let diagnostics: Diagnostic[];

const plantedPath = ([folder]: Planted, index: number) => `${folder}/forbidden-${index}.ts`;
const legalPath = ([folder]: Allowed, index: number) => `${folder}/legal-${index}.ts`;
const CYCLE = { 'domain/cycle-a.ts': './cycle-b.ts', 'domain/cycle-b.ts': './cycle-a.ts' };

async function plant(path: string, text: string): Promise<void> {
  await mkdir(`${clone}/${dirname(path)}`, { recursive: true });
  await writeFile(`${clone}/${path}`, text);
}

/** Every file in one run: biome starts slower than it lints. */
async function lint(): Promise<Diagnostic[]> {
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(
      `${ROOT}node_modules/.bin/biome`,
      args,
      { cwd: clone, maxBuffer: 64 * 1024 * 1024 },
      // Findings are exit code 1; anything without output is a broken configuration.
      (error, out, errors) => (out === '' ? reject(error ?? new Error(errors)) : resolve(out)),
    );
  });
  return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
}

function findings(path: string): Diagnostic[] {
  return diagnostics.filter(({ location }) => location.path === path);
}

beforeAll(async () => {
  clone = await mkdtemp(`${tmpdir()}/tricost-import-rules-`);
  await copyFile(`${ROOT}biome.json`, `${clone}/biome.json`);
  await copyFile(`${ROOT}.gitignore`, `${clone}/.gitignore`);
  for (const [index, planted] of FORBIDDEN.entries()) {
    await plant(plantedPath(planted, index), planted[1]);
  }
  for (const [index, allowed] of LEGAL.entries())
    await plant(legalPath(allowed, index), allowed[1]);
  for (const [path, other] of Object.entries(CYCLE)) {
    await plant(path, `import { x } from '${other}'; export const y = x; export { y as x };`);
  }
  diagnostics = await lint();
});

afterAll(() => rm(clone, { recursive: true, force: true }));

describe('is refused', () => {
  test.each(
    FORBIDDEN.map((planted, index) => ({
      folder: planted[0],
      statement: planted[1],
      path: plantedPath(planted, index),
      message: planted[2],
    })),
  )('in $folder: $statement', ({ path, message }) => {
    expect(findings(path).map((found) => [found.category, found.message])).toContainEqual([
      'lint/style/noRestrictedImports',
      message,
    ]);
  });

  test('a cycle', () => {
    const refused = Object.keys(CYCLE).flatMap(findings);
    expect(refused.map(({ category }) => category)).toContain('lint/suspicious/noImportCycles');
  });
});

describe('is allowed', () => {
  test.each(
    LEGAL.map((allowed, index) => ({
      folder: allowed[0],
      statement: allowed[1],
      path: legalPath(allowed, index),
    })),
  )('in $folder: $statement', ({ path }) => {
    expect(findings(path)).toEqual([]);
  });
});
