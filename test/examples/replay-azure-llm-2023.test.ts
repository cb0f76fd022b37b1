/** The replayed trace: what the files hold, on another day, the same at every replay. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { publishAll } from '../../examples/replay-azure-llm-2023/publish-all.ts';
import { parseTrace, readTrace } from '../../examples/replay-azure-llm-2023/read-trace.ts';
import { areEqual, table, totalsOf } from '../../examples/replay-azure-llm-2023/totals.ts';
import { toLlmCall, yesterday } from '../../examples/replay-azure-llm-2023/trace-call.ts';
import { assertCall, receiveEnvelopes } from '../support/received-envelopes.ts';
import { startQueue } from '../support/sqs.ts';

const DATA = resolve(import.meta.dirname, '../../../shared/data/azure-llm-2023');
const hasData = existsSync(join(DATA, 'code.csv'));

const CSV = `TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:17:03.9799600,4808,10
2023-11-16 18:17:04.0319600,3180,8
2023-11-17 00:00:00.0009999,110,27
`;

describe('a line of the trace', () => {
  test('is a call, to the millisecond', () => {
    expect(parseTrace('code.csv', CSV)[0]).toEqual({
      file: 'code.csv',
      line: 2,
      startedMs: Date.parse('2023-11-16T18:17:03.979Z'),
      inputTokens: 4_808,
      outputTokens: 10,
    });
  });

  test.each([
    ['a damaged line', CSV.replace(',110,27', ',110'), 'line 4 of conv.csv'],
    ['another header', CSV.replace('TIMESTAMP', 'time'), 'TIMESTAMP,ContextTokens,GeneratedTokens'],
  ])('%s is an error that says where', (_, text, message) => {
    expect(() => parseTrace('conv.csv', text)).toThrow(message);
  });

  test('becomes a valid event on another day, with intervals as they were', () => {
    const calls = parseTrace('conv.csv', CSV).map((call) =>
      toLlmCall(call, '2026-11-22', 'gpt-4o'),
    );
    for (const call of calls) assertCall(call);
    expect(calls.map(({ ts }) => ts)).toEqual([
      '2026-11-22T18:17:03.979Z',
      '2026-11-22T18:17:04.031Z',
      '2026-11-23T00:00:00.000Z',
    ]);
    expect(calls[0]).toMatchObject({ feature: 'chat.reply', model: 'gpt-4o', provider: 'azure' });
  });

  test('has the same id at every replay onto a day, and its own among lines, files and days', () => {
    const ids = (day: string, model: string) =>
      (['code.csv', 'conv.csv'] as const).flatMap((file) =>
        parseTrace(file, CSV).map((call) => toLlmCall(call, day, model).event_id),
      );
    expect(ids('2026-11-22', 'gpt-4o')).toEqual(ids('2026-11-22', 'gpt-4.1'));
    const all = [...ids('2026-11-22', 'gpt-4o'), ...ids('2026-11-21', 'gpt-4o')];
    expect(new Set(all).size).toBe(12);
  });
});

test('yesterday is a day in UTC that is over', () => {
  expect(yesterday(new Date('2026-03-01T00:00:00Z'))).toBe('2026-02-28');
  expect(yesterday(new Date('2026-03-01T23:59:59Z'))).toBe('2026-02-28');
});

test('without the data, it says where to get it', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'tricost-trace-'));
  onTestFinished(() => rm(empty, { recursive: true }));
  await expect(readTrace(empty)).rejects.toThrow(
    /code\.csv is not there.*--data.*github\.com\/Azure/,
  );
});

describe.skipIf(!hasData)(
  hasData ? 'the real trace' : `the real trace (skipped: no ${DATA})`,
  () => {
    test('adds up to what awk says, and every call reaches the queue', async () => {
      const calls = (await readTrace(DATA)).map((call) => toLlmCall(call, '2026-11-22', 'gpt-4o'));
      const files = totalsOf(calls);
      expect(files).toEqual([
        { feature: 'chat.reply', calls: 19_366, inputTokens: 22_361_870, outputTokens: 4_088_665 },
        { feature: 'code.complete', calls: 8_819, inputTokens: 18_059_974, outputTokens: 245_896 },
      ]);
      const engine = await startQueue();
      onTestFinished(() => engine.stop());
      const queueUrl = await engine.createQueue('replay');
      await publishAll(calls, { queueUrl, client: engine.client }, () => {});
      const envelopes = await receiveEnvelopes(engine.client, queueUrl);
      expect(areEqual(files, totalsOf(envelopes.flatMap(({ events }) => events)))).toBe(true);
    });
  },
);

test('totals differ when one token does', () => {
  const totals = [{ feature: 'chat.reply', calls: 2, inputTokens: 3, outputTokens: 4 }];
  expect(areEqual(totals, structuredClone(totals))).toBe(true);
  expect(
    areEqual(
      totals,
      totals.map((row) => ({ ...row, outputTokens: 5 })),
    ),
  ).toBe(false);
  expect(areEqual(totals, [])).toBe(false);
  expect(table(totals.map((row) => ({ ...row, costUsd: null })))).toMatch(
    /chat\.reply +2 +3 +4 +unpriced/,
  );
});
