/** The package as npm would publish it, installed into an empty app and run there. */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { gzippedKb, loadedAtStart } from '../../bench/sdk/package-size.ts';
import { startFakeProviders } from '../../sdk/src/testing/index.ts';
import { assertCall, receiveEnvelopes } from '../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
/** Whose clients an app may meter. */
const PROVIDERS = [
  ...['openai', '@anthropic-ai/sdk', '@google/genai', '@ai-sdk/openai'],
  '@aws-sdk/client-bedrock-runtime',
];
const TSC = join(ROOT, 'node_modules/.bin/tsc');

let app: string;
let engine: TestQueueEngine;
let packed: string[];
let tarball: string;
beforeAll(async () => {
  app = mkdtempSync(join(tmpdir(), 'tricost-app-'));
  writeFileSync(join(app, 'package.json'), '{"name":"app","private":true,"type":"module"}');
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', app], {
    cwd: join(ROOT, 'sdk'),
  });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  tarball = filename;
  packed = files.map((file: { path: string }) => file.path);
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(app, filename)], {
    cwd: app,
  });
  // The app's other packages, without a registry.
  for (const name of ['@types/node', '@types/aws-lambda', '@middy/core', ...PROVIDERS]) link(name);
  linkAwsSdk();
  engine = await startQueue();
}, 120_000);
afterAll(async () => {
  rmSync(app, { recursive: true, force: true });
  await engine.stop();
});

function link(name: string): void {
  mkdirSync(join(app, 'node_modules', name, '..'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
}

function linkAwsSdk(): void {
  link('@aws-sdk/client-sqs');
}

/** Until the end of the test. */
function withoutAwsSdk(): void {
  unlinkSync(join(app, 'node_modules/@aws-sdk/client-sqs'));
  onTestFinished(linkAwsSdk);
}

/** The environment of an app on a developer's machine. */
function environment(queueUrl: string): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    TRICOST_QUEUE_URL: `${engine.endpoint}${new URL(queueUrl).pathname}`,
  };
}

async function runIn(node: string, source: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  writeFileSync(join(app, 'app.mjs'), source);
  return (await run(node, ['app.mjs'], { cwd: app, env })).stdout.trim();
}

/** A Node outside this checkout: what an app may run on. */
async function systemNode(): Promise<string | undefined> {
  try {
    const { stdout } = await run('node', ['--version'], {
      env: { PATH: '/usr/local/bin:/usr/bin' },
    });
    return Number(stdout.slice(1).split('.')[0]) >= 20 ? stdout.trim() : undefined;
  } catch {
    return undefined;
  }
}
const otherNode = await systemNode();

describe('the packed package', () => {
  test('holds what it needs to run and nothing else', () => {
    const unexpected = packed.filter(
      (path) =>
        !/^(package\.json|README\.md|LICENSE|dist\/(sdk\/src|domain)\/.*\.(js|d\.ts))$/.test(path),
    );
    expect(unexpected).toEqual([]);
    const { exports: paths } = JSON.parse(readFileSync(join(ROOT, 'sdk/package.json'), 'utf8'));
    const promised = Object.values<Record<string, string>>(paths).flatMap(Object.values);
    expect(promised.filter((path) => !packed.includes(path.replace('./', '')))).toEqual([]);
  });

  test('brings its licence, and a README whose links lead somewhere from a registry, too', () => {
    expect(readFileSync(join(app, 'node_modules/tricost/LICENSE'), 'utf8')).toBe(
      readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
    );
    const readme = readFileSync(join(app, 'node_modules/tricost/README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target);
    expect(links.filter((target) => !/^(#|https:)/.test(target ?? ''))).toEqual([]);
  });

  test('publishes where Node has no process.getBuiltinModule yet: 20.0 to 20.15, 22.0 to 22.2', async () => {
    const queueUrl = await engine.createQueue('old-node');
    const source = `
      delete process.getBuiltinModule;
      const { createPublisher, promptId } = await import('tricost');
      const publisher = createPublisher();
      publisher.publish({ model: 'gpt-5', prompt_id: promptId([]), usage: { input_tokens: 1 } });
      console.log((await publisher.flush()).sent);`;
    expect(await runIn(process.execPath, source, environment(queueUrl))).toBe('1');
  });

  test('publishes with the lines of its README', async () => {
    const queueUrl = await engine.createQueue('readme');
    const readme = readFileSync(join(ROOT, 'sdk/README.md'), 'utf8');
    expect(readme).toContain(`npm install ./${tarball}\n`);
    const lines = /```js\n(.*?)```/s.exec(readme)?.[1] ?? expect.fail('no example in the README');
    const providers = await startFakeProviders();
    onTestFinished(() => providers.stop());
    await runIn(process.execPath, lines, {
      ...environment(queueUrl),
      ANTHROPIC_BASE_URL: providers.anthropic.url,
      ANTHROPIC_API_KEY: 'test',
    });
    const [envelope] = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelope?.events).toMatchObject([
      { feature: 'support.reply', user_id: 'u_1', model: 'claude-opus-4-8-20260115', status: 'ok' },
    ]);
  });

  test('publishes from the example', async () => {
    const queueUrl = await engine.createQueue('example');
    copyFileSync(join(ROOT, 'examples/publish-from-node/publish.mjs'), join(app, 'publish.mjs'));
    const { stdout } = await run(process.execPath, ['publish.mjs'], {
      cwd: app,
      env: environment(queueUrl),
    });
    expect(stdout).toContain('sent: 1');
    const [envelope] = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelope?.events).toHaveLength(1);
    assertCall(envelope?.events[0]);
    expect(envelope?.events[0]?.prompt_id).toBe('p_7d5b1a504a83907e');
  });

  test.skipIf(otherNode === undefined)(
    `publishes on the Node of this machine (${otherNode ?? 'none of 20 or later found'})`,
    async () => {
      const queueUrl = await engine.createQueue('other-node');
      const source = `
        import { createPublisher, promptId } from 'tricost';
        const publisher = createPublisher();
        publisher.publish({ model: 'gpt-5', prompt_id: promptId([]), usage: { input_tokens: 1 } });
        console.log((await publisher.flush()).sent);`;
      expect(await runIn('node', source, environment(queueUrl))).toBe('1');
      expect(await receiveEnvelopes(engine.client, queueUrl)).toHaveLength(1);
    },
  );

  test('with keys in the environment, as in Lambda, it needs no other package', async () => {
    const queueUrl = await engine.createQueue('signed');
    withoutAwsSdk();
    const source = `
      import { createPublisher } from 'tricost';
      const publisher = createPublisher();
      publisher.publish({ model: 'gpt-5', usage: { input_tokens: 1 } });
      console.log((await publisher.shutdown()).sent);`;
    expect(await runIn(process.execPath, source, environment(queueUrl))).toBe('1');
    expect(await receiveEnvelopes(engine.client, queueUrl)).toHaveLength(1);
  });
});

describe('its types hold in a strict app', () => {
  const strict =
    '--noEmit --strict --exactOptionalPropertyTypes --target es2022 --types node --skipLibCheck false';

  async function check(file: string, source: string, resolution: string): Promise<void> {
    writeFileSync(join(app, file), source);
    await run(TSC, [...strict.split(' '), ...resolution.split(' '), file], { cwd: app }).catch(
      (error) => expect.fail(`${error.message}\n${error.stdout}`),
    );
  }

  describe.each(['--module node16', '--module esnext --moduleResolution bundler'])('%s', (how) => {
    test('the publisher, also without the AWS SDK', async () => {
      withoutAwsSdk();
      const source = `
        import { createPublisher, type LlmCall, PublishError, type Transport } from 'tricost';
        import { spoolFolder } from 'tricost/spool';
        const transport: Transport = { send: async (messages) => ({ failed: messages.map(({ sequence }) => sequence), refused: [] }) };
        const publisher = createPublisher({
          queueUrl: process.env['TRICOST_QUEUE_URL'],
          onError: (error) => console.log(error instanceof PublishError, error.dropped),
          spool: spoolFolder('/var/spool/app', { maxBytes: 1_000_000 }),
          transport,
        });
        const call: LlmCall = { ts: '2026-11-23T13:00:00Z', model: 'gpt-5', usage: { input_tokens: 1 } };
        publisher.publish([call, { model: 'gpt-5', status: 'error' }]);
        // @ts-expect-error: a call names the model that answered
        publisher.publish({ feature: 'support.reply' });
        // @ts-expect-error: one of a closed list
        publisher.publish({ model: 'gpt-5', status: 'done' });
        export const { sent }: { sent: number } = await publisher.shutdown({ timeoutMs: 1 });`;
      await check('publisher.ts', source, how);
    });

    test('with a client of the AWS SDK, and the subpaths', async () => {
      const source = `
        import { SQSClient } from '@aws-sdk/client-sqs';
        import { createPublisher } from 'tricost';
        import { fileTransport } from 'tricost/file';
        import { httpTransport } from 'tricost/http';
        import { tricostMiddleware, withTricost } from 'tricost/lambda';
        import { TricostSpanExporter } from 'tricost/otel';
        const tricost = createPublisher({ client: new SQSClient({}) });
        createPublisher({ transport: fileTransport('calls.ndjson') });
        createPublisher({ transport: httpTransport({ url: 'https://example.com', headers: {} }) });
        export const handler: (event: { n: number }) => Promise<number> = withTricost(tricost, async (event: { n: number }) => event.n);
        export const middleware = tricostMiddleware(tricost, { maxFlushMs: 500 });
        export const exporter = new TricostSpanExporter({ publisher: tricost });
        // @ts-expect-error: a client sends
        createPublisher({ client: {} });`;
      await check('subpaths.ts', source, how);
    });
  });

  test('clients come back as what they were, and a misspelt feature is an error', async () => {
    const source = `
      import { createOpenAI } from '@ai-sdk/openai';
      import Anthropic from '@anthropic-ai/sdk';
      import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
      import { GoogleGenAI } from '@google/genai';
      import OpenAI, { AzureOpenAI } from 'openai';
      import { createTricost, type TagError, type Tags } from 'tricost';
      import { bedrock } from 'tricost/bedrock';
      import { withTricost } from 'tricost/lambda';
      import { memoryTransport, startFakeProviders } from 'tricost/testing';
      const providers = await startFakeProviders();
      const tricost = createTricost({
        transport: memoryTransport(),
        features: ['support.reply', 'summary'],
        defaults: { service: 'api' },
        hosts: { ...providers.hosts, 'llm.example.com': { provider: 'openai' } },
        onError: (error) => console.log((error as TagError).callSite),
      });
      export const openai: OpenAI = tricost.meter(new OpenAI());
      export const azure: AzureOpenAI = tricost.meter(new AzureOpenAI());
      export const anthropic: Anthropic = tricost.meter(new Anthropic());
      export const aws: BedrockRuntimeClient = tricost.meter(new BedrockRuntimeClient(), bedrock);
      export const google = new GoogleGenAI({ httpOptions: { fetch: tricost.fetch } });
      export const ai = createOpenAI({ fetch: tricost.fetch });
      export const own: typeof fetch = tricost.meter(fetch);
      export const text: string = tricost.withTags({ feature: 'summary', userId: 7 }, () => 'text');
      export const bound: (word: string) => number = tricost.bindTags({ userId: null }, (word: string) => word.length);
      export const handler = withTricost(tricost, async () => 1);
      // @ts-expect-error: not one of the features
      tricost.withTags({ feature: 'suport.reply' }, () => {});
      // @ts-expect-error: neither by default
      createTricost({ features: ['summary'], defaults: { feature: 'sumary' } });
      // @ts-expect-error: a prompt has an id
      tricost.withTags({ prompt: { name: 'reply' } }, () => {});
      const tags: Tags = { feature: 'any' };
      createTricost().withTags(tags, () => {});
      await tricost.trackBatch('openai', { id: 'b', created_at: 1 }, '', (userId) => ({ userId, feature: 'summary' }));`;
    // Types of the providers' clients name those of browsers.
    await check('meter.ts', source, '--module node16 --skipLibCheck true');
  });

  test('the middleware is one of middy, the wrapper one of Lambda’s handlers', async () => {
    const source = `
      import middy from '@middy/core';
      import type { Handler, SQSEvent } from 'aws-lambda';
      import { createPublisher } from 'tricost';
      import { tricostMiddleware, withTricost } from 'tricost/lambda';
      const tricost = createPublisher();
      const work: Handler<SQSEvent, string> = async (event) => event.Records[0]?.body ?? '';
      export const wrapped: Handler<SQSEvent, string> = withTricost(tricost, work);
      export const handler = middy<SQSEvent, string>().use(tricostMiddleware(tricost)).handler(async () => '');`;
    // Middy's own types name a package that it does not install.
    await check('lambda.ts', source, '--module node16 --skipLibCheck true');
  });
});

test('a call without tags is told of with its place in the app, also where the package is linked to', async () => {
  const linked = join(app, 'linked');
  mkdirSync(join(linked, 'node_modules'), { recursive: true });
  symlinkSync(join(ROOT, 'sdk'), join(linked, 'node_modules/tricost'));
  const site = `
    import { createTricost } from 'tricost';
    const transport = { send: async () => ({ failed: [], refused: [] }) };
    const tricost = createTricost({ transport, onMissingTags: 'throw' });
    try {
      await tricost.meter(fetch)('https://api.openai.com/v1/chat/completions', { method: 'POST', body: '{}' });
    } catch (error) {
      console.log(error.message);
    }`;
  for (const folder of [app, linked]) {
    writeFileSync(join(folder, 'site.mjs'), site);
    const { stdout } = await run(process.execPath, ['site.mjs'], { cwd: folder });
    expect(stdout).toContain('/site.mjs:6:');
  }
});

describe('what an app loads at its start is what it imports, and nothing else', () => {
  test('the core is 15 kB at most, minified and compressed', async () => {
    expect(await gzippedKb(app)).toBeLessThanOrEqual(15);
  });

  test('without a bundler, the core is two files: each takes some 0.3 ms to load', () => {
    const source = join(app, 'node_modules/tricost/dist/sdk/src');
    const imports = (file: string) =>
      [...readFileSync(join(source, file), 'utf8').matchAll(/^(?:import|export)\b.*?"([^"]*)";$/gm)]
        .map(([, from]) => from)
        .filter((from) => !from?.startsWith('node:'));
    expect(imports('index.js')).toEqual(['./shared/core.js']);
    expect(imports('shared/core.js')).toEqual([]);
  });

  /** What only one part of the package says. */
  const MARKS = {
    prompts: 'tricost.prompt.v1',
    publisher: 'dropped the oldest',
    SQS: 'AmazonSQS.SendMessageBatch',
    HTTP: 'the collector answered',
    file: 'appendFile',
    spool: '["lost_message"',
    Lambda: 'getRemainingTimeInMillis',
    OpenTelemetry: 'gen_ai.operation.name',
    meter: 'generativelanguage.googleapis.com',
    Bedrock: 'amazon-bedrock-invocationMetrics',
    fakes: 'chatcmpl-',
  };

  test.each<[string, string, (keyof typeof MARKS)[]]>([
    ['tricost', 'promptId', ['prompts']],
    ['tricost', 'createPublisher', ['publisher']],
    ['tricost', 'createTricost', ['prompts', 'publisher', 'meter']],
    ['tricost/bedrock', 'bedrock', ['Bedrock']],
    ['tricost/testing', 'memoryTransport', []],
    ['tricost/http', 'httpTransport', ['HTTP']],
    ['tricost/file', 'fileTransport', ['file']],
    ['tricost/spool', 'spoolFolder', ['spool']],
    ['tricost/lambda', 'withTricost', ['Lambda']],
    ['tricost', 'definePrompt', ['prompts']],
    ['tricost/otel', 'TricostSpanExporter', ['prompts', 'OpenTelemetry']],
  ])('%s: %s', async (path, name, parts) => {
    const bundle = (
      await loadedAtStart(`export { ${name} } from '${path}';`, app, false)
    ).toString();
    const found = Object.entries(MARKS).filter(([, mark]) => bundle.includes(mark));
    expect(found.map(([part]) => part)).toEqual(parts);
  });
});

describe('the life of a process', () => {
  test('waiting calls do not keep it alive', async () => {
    const source = `
      import { createPublisher } from 'tricost';
      createPublisher({ queueUrl: 'http://127.0.0.1:9/', flushAfterMs: 2 ** 31 - 1 }).publish({ model: 'gpt-5' });
      console.log('end');`;
    expect(await runIn(process.execPath, source)).toBe('end');
  });

  test('an awaited flush does, until its time is up', async () => {
    const source = `
      import { createPublisher } from 'tricost';
      const publisher = createPublisher({ queueUrl: 'http://127.0.0.1:9/', onError: () => {} });
      publisher.publish({ model: 'gpt-5' });
      console.log((await publisher.flush({ timeoutMs: 300 })).pending);`;
    expect(await runIn(process.execPath, source)).toBe('1');
  });

  test('what Node itself takes long to load is loaded with the first call, not at the start', async () => {
    const source = `
      const slow = ['NativeModule crypto', 'NativeModule internal/fs/promises', 'NativeModule zlib'];
      const loaded = () => slow.filter((name) => process.moduleLoadList.includes(name));
      const { createTricost } = await import('tricost');
      const tricost = createTricost({ queueUrl: 'http://127.0.0.1:9/' });
      tricost.meter(fetch);
      console.log(loaded().length);
      tricost.publish({ model: 'gpt-5' });
      console.log(loaded().join());`;
    expect(await runIn(process.execPath, source)).toBe('0\nNativeModule crypto');
  });

  test('the AWS SDK is loaded with the first batch, not at the start', async () => {
    const source = `
      import { createPublisher } from 'tricost';
      createPublisher().publish({ model: 'gpt-5' });
      console.log('end');`;
    withoutAwsSdk();
    expect(await runIn(process.execPath, source)).toBe('end');
    const flushing = `
      import { createPublisher } from 'tricost';
      const onError = ({ cause }) => console.log(cause.message);
      const publisher = createPublisher({ queueUrl: 'http://127.0.0.1:9/', giveUpAfterMs: 0, onError });
      publisher.publish({ model: 'gpt-5' });
      await publisher.flush();`;
    expect(await runIn(process.execPath, flushing)).toContain('npm install @aws-sdk/client-sqs');
  });
});
