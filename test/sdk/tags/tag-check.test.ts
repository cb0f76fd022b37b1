import { describe, expect, test, vi } from 'vitest';
import { TagCheck, TagError } from '../../../sdk/src/tags/tag-check.ts';

function checkThatTells(options: { features?: string[] } = {}) {
  const told: TagError[] = [];
  const onError = (error: TagError) => told.push(error);
  return { told, tagCheck: new TagCheck({ onMissingTags: 'warn', onError, ...options }) };
}

describe('missing tags', () => {
  test('are told once for each place in the code', async () => {
    const { told, tagCheck } = checkThatTells();
    const first = () => tagCheck.check({});
    async function second() {
      await Promise.resolve();
      tagCheck.check({});
    }
    for (let call = 0; call < 3; call += 1) {
      first();
      await second();
    }
    expect(told).toHaveLength(2);
    expect(told[0]?.message).toContain('has no feature and no user');
    expect(told[0]?.callSite).toMatch(/tag-check\.test\.ts:\d+:\d+$/);
    expect(told[1]?.callSite).not.toBe(told[0]?.callSite);
  });

  test('name what is missing, and null is not missing', () => {
    const { told, tagCheck } = checkThatTells();
    tagCheck.check({ feature: 'chat' });
    tagCheck.check({ userId: 'u_1' });
    tagCheck.check({ feature: 'nightly', userId: null });
    expect(told.map(({ message }) => /has no \w+/.exec(message)?.[0])).toEqual([
      'has no user',
      'has no feature',
    ]);
  });

  test('are told of a hundred places at most', () => {
    const { told, tagCheck } = checkThatTells();
    const places = Array.from(
      { length: 150 },
      (_, place) => new Function('check', `${'\n'.repeat(place)}check()`),
    );
    for (const place of places) place(() => tagCheck.check({}));
    expect(told.length).toBeLessThanOrEqual(100);
  });

  test('are only marked, when that is asked for', () => {
    const onError = vi.fn();
    new TagCheck({ onMissingTags: 'mark', onError }).check({});
    expect(onError).not.toHaveBeenCalled();
  });

  test.each([
    { NODE_ENV: 'test', VITEST: undefined },
    { NODE_ENV: 'production', VITEST: 'true' },
  ])('throw under test: %o', (environment) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(() => new TagCheck({ onError: () => {} }).check({})).toThrow(TagError);
  });

  test('do not throw in production', () => {
    vi.stubEnv('NODE_ENV', 'production');
    vi.stubEnv('VITEST', undefined);
    const onError = vi.fn();
    new TagCheck({ onError }).check({});
    expect(onError).toHaveBeenCalledOnce();
  });
});

test('a feature that is not in the list is told like a missing one', () => {
  const { told, tagCheck } = checkThatTells({ features: ['chat'] });
  tagCheck.check({ feature: 'chat', userId: null });
  tagCheck.check({ feature: 'chta', userId: null });
  expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('"chta"')]);
});
