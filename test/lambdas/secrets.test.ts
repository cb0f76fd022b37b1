/** What a person reads when a deploy fails because a secret is missing. */
import { clearCache } from '@middy/util';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LoopbackServer } from './loopback-server.ts';
import { startParameterStore } from './parameter-store.ts';

const parameters = new Map<string, string>();
let store: LoopbackServer;

beforeAll(async () => {
  store = await startParameterStore(parameters);
});

afterAll(() => store.stop());

beforeEach(() => {
  vi.resetModules();
  clearCache();
  parameters.clear();
  for (const [name, value] of Object.entries({
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SSM: store.url,
  })) {
    vi.stubEnv(name, value);
  }
});

/** Runs the middleware as middy does before an invocation. */
async function read(...names: string[]): Promise<Record<string, unknown>> {
  const { default: middy } = await import('@middy/core');
  const { secrets } = await import('../../lambdas/secrets.ts');
  const byName = Object.fromEntries(names.map((name, index) => [`secret${index}`, name]));
  const handler = middy<object, Record<string, unknown>>()
    .use(secrets(byName, 'test'))
    .handler(async (_event, context) => ({ ...context }) as never);
  return handler({}, {} as never) as Promise<Record<string, unknown>>;
}

describe('secrets', () => {
  test('are in the context under their names', async () => {
    parameters.set('/a', 'first').set('/b', 'second');
    expect(await read('/a', '/b')).toMatchObject({ secret0: 'first', secret1: 'second' });
  });

  test('that are missing are named, with the command that makes them, and the others are not', async () => {
    parameters.set('/a', 'first');
    await expect(read('/a', '/b')).rejects.toThrow(
      /^the SSM parameter \/b does not exist; create it with `aws ssm put-parameter --type SecureString --name \/b --value …` \(docs\/how-to\/deploy\.md\)$/,
    );
  });

  test('that cannot be read say why', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SSM', 'http://127.0.0.1:1');
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    await expect(read('/a', '/b')).rejects.toThrow(
      /^the SSM parameters \/a, \/b cannot be read: .*ECONNREFUSED/,
    );
  });
});
