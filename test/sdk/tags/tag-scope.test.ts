import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { bindTags, currentTags, withTags } from '../../../sdk/src/tags/tag-scope.ts';
import { tagFields } from '../../../sdk/src/tags/tags.ts';

describe('withTags', () => {
  test('holds for what is awaited and what is only started, and ends with it', async () => {
    const seen: unknown[] = [];
    const started = withTags({ userId: 'u_1' }, () => {
      setTimeout(() => seen.push(currentTags()));
      return sleep(1).then(() => seen.push(currentTags()));
    });
    expect(currentTags()).toEqual({});
    await started;
    expect(seen).toEqual([{ userId: 'u_1' }, { userId: 'u_1' }]);
  });

  test('the inner one wins, key by key', () => {
    const prompt = { id: 'p_1', name: 'reply' };
    const tags = withTags({ userId: 'u_1', feature: 'chat', tags: { a: 1, b: 2 } }, () =>
      withTags({ feature: 'summary', prompt, tags: { b: 3 } }, currentTags),
    );
    expect(tags).toEqual({ userId: 'u_1', feature: 'summary', prompt, tags: { a: 1, b: 3 } });
  });

  test('undefined leaves the outer tag, null takes it away', () => {
    const inner = (tags: object) => withTags({ userId: 'u_1' }, () => withTags(tags, currentTags));
    expect(inner({ userId: undefined })).toEqual({ userId: 'u_1' });
    expect(inner({ userId: null })).toEqual({ userId: null });
  });

  test('two requests at once do not see each other', async () => {
    const request = (userId: string, ms: number) =>
      withTags({ userId }, async () => {
        await sleep(ms);
        return currentTags().userId;
      });
    expect(await Promise.all([request('u_1', 4), request('u_2', 2)])).toEqual(['u_1', 'u_2']);
  });

  test('gives what the function gives, and throws what it throws', async () => {
    expect(withTags({}, () => 7)).toBe(7);
    const error = new Error('the app’s own');
    expect(() =>
      withTags({}, () => {
        throw error;
      }),
    ).toThrow(error);
    await expect(withTags({}, () => Promise.reject(error))).rejects.toBe(error);
  });
});

test('bindTags carries the tags of where it is called, and its own, to wherever the function is called', () => {
  const emitter = new EventEmitter();
  const seen: unknown[] = [];
  withTags({ userId: 'u_1' }, () => {
    const listener = bindTags({ feature: 'chat' }, function (this: unknown, word: string) {
      seen.push(currentTags(), word, this);
    });
    emitter.on('word', listener);
  });
  withTags({ userId: 'u_2', feature: 'other' }, () => emitter.emit('word', 'hello'));
  expect(seen).toEqual([{ userId: 'u_1', feature: 'chat' }, 'hello', emitter]);
});

describe('as fields of a call', () => {
  test('every tag has its field', () => {
    const fields = tagFields({
      userId: 42,
      userTier: 'pro',
      feature: 'chat',
      prompt: { id: 'p_1', name: 'reply' },
      traceId: 't',
      service: 'api',
      environment: 'production',
      tags: { team: 'a', beta: true },
    });
    expect(fields).toEqual({
      user_id: '42',
      user_tier: 'pro',
      feature: 'chat',
      prompt_id: 'p_1',
      prompt_name: 'reply',
      trace_id: 't',
      service: 'api',
      environment: 'production',
      tags: { team: 'a', beta: true },
    });
  });

  test('what ingest would refuse the call for is left out', () => {
    const wrong = { userId: { id: 1 }, feature: 3, prompt: 'p', tags: { nested: {} } };
    expect(tagFields(wrong as never)).toEqual({});
  });
});
