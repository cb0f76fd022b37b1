import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { runTricost } from './run-tricost.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

const partitions = (...args: string[]) =>
  runTricost(['partitions', ...args], { env: { DATABASE_URL: database.url } });

describe('tricost partitions', () => {
  test('makes room for history, once, and lists what there is', async () => {
    const first = await partitions('ensure', '--from', '2025-01', '--to', '2025-03');
    expect(first).toMatchObject({
      code: 0,
      stdout: 'llm_calls_p2025_01\nllm_calls_p2025_02\nllm_calls_p2025_03\n',
    });
    const second = await partitions('ensure', '--from', '2025-01', '--to', '2025-03');
    expect(second.stdout).toBe('nothing to create\n');
    const list = await partitions('list');
    expect(list.stdout).toContain('2025-02  llm_calls_p2025_02\n');
  });

  test('refuses what is not a month', async () => {
    const result = await partitions('ensure', '--from', '2025-13');
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('a month looks like 2025-01');
  });

  test('says what to do when there is no database', async () => {
    const result = await runTricost(['partitions', 'list'], {
      env: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('ECONNREFUSED');
  });
});
