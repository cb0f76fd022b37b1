/** A spool file says at any moment what its producer has not delivered. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Producer } from '../../../sdk/src/delivery/producer.ts';
import { publisherSettings } from '../../../sdk/src/delivery/publisher-settings.ts';
import { serialiseCall } from '../../../sdk/src/delivery/serialise-call.ts';
import type { Transport } from '../../../sdk/src/delivery/transport.ts';
import { readContent } from '../../../sdk/src/spool/entries.ts';
import { SpoolFile } from '../../../sdk/src/spool/spool-file.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tricost-spool-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const NEVER_MS = 2 ** 31 - 1;
const ignore = () => {};
const call = (feature: string) => serialiseCall({ model: 'gpt-5', feature }, Date.now());

/** What the transport answers, one after the other; then everything arrives. */
function setUp(answers: ('arrives' | 'fails' | 'is refused')[], maxBufferBytes = 300_000) {
  const path = join(directory, `${crypto.randomUUID()}.calls`);
  const settings = publisherSettings(
    { maxMessageBytes: 1_000, flushAfterMs: NEVER_MS, maxBufferBytes, giveUpAfterMs: NEVER_MS },
    ignore,
  );
  const check = vi.fn<() => void>();
  const transport: Transport = {
    async send(messages) {
      check();
      const [failed, refused]: [number[], number[]] = [[], []];
      for (const { sequence } of messages) {
        const answer = answers.shift() ?? 'arrives';
        if (answer === 'fails') failed.push(sequence);
        if (answer === 'is refused') refused.push(sequence);
      }
      return { failed, refused };
    },
  };
  const producer = new Producer(transport, settings, ignore);
  const file = new SpoolFile(path, producer, ignore);
  producer.writeTo(file);
  const read = () => readContent(readFileSync(path, 'utf8'));
  const expectMirrored = () => expect(read()).toEqual(producer.content);
  check.mockImplementation(expectMirrored);
  return { path, producer, file, read, expectMirrored, transport };
}

test('mirrors its producer after every step, whatever happens to the calls', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  const size = fc.oneof(
    { weight: 9, arbitrary: fc.nat(400) },
    // So large that the file is written anew, and that the buffer overflows.
    { weight: 2, arbitrary: fc.constantFrom(20_000, 90_000, 400_000) },
  );
  const step = fc.oneof(
    { weight: 8, arbitrary: size.map((add) => ({ add })) },
    { weight: 1, arbitrary: fc.constant('refuse' as const) },
    { weight: 1, arbitrary: fc.constant('report' as const) },
    { weight: 2, arbitrary: fc.constant('flush' as const) },
  );
  const answer = fc.constantFrom('arrives' as const, 'fails' as const, 'is refused' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer),
      fc.array(step, { maxLength: 40, size: 'max' }),
      async (answers, steps) => {
        const { producer, expectMirrored, file, path } = setUp(answers);
        producer.add(call('the first makes the file'));
        for (const action of steps) {
          if (action === 'flush') await producer.flush();
          else if (action === 'refuse') producer.refuse(2, 'refused');
          else if (action === 'report') producer.report(3);
          else producer.add(call('😀'.repeat(action.add / 4)));
          expectMirrored();
        }
        file.remove();
        expect(existsSync(path)).toBe(false);
      },
    ),
    { numRuns: 100 },
  );
});

test('does not grow with what has been delivered', async () => {
  const { producer, path, expectMirrored } = setUp([]);
  let written = 0;
  for (let round = 0; round < 40; round += 1) {
    for (let index = 0; index < 100; index += 1) {
      const one = call('x'.repeat(1_000));
      written += one.bytes;
      producer.add(one);
    }
    await producer.flush();
  }
  expect(written).toBeGreaterThan(4_000_000);
  expect(readFileSync(path).length).toBeLessThan(1_500_000);
  expectMirrored();
});

describe('what a crash, or a disk, has done to the file', () => {
  test('wherever it ends, every finished line counts', async () => {
    const { producer, path } = setUp(['fails', 'fails', 'fails']);
    for (const feature of ['a', 'b', 'c']) producer.add(call(feature));
    const text = readFileSync(path, 'utf8');
    const [start = ''] = text.split('\n');
    for (let end = start.length + 1; end <= text.length; end += 1) {
      const content = readContent(text.slice(0, end));
      expect(content?.waiting).toHaveLength(text.slice(0, end).split('\n').length - 2);
    }
    expect(readContent(text.slice(0, start.length))).toBeUndefined();
    expect(readContent('')).toBeUndefined();
    expect(readContent('\0'.repeat(1_000))).toBeUndefined();
  });

  test('a line that cannot be read is a lost call; its neighbours keep their places', () => {
    const lines = [
      '["producer",1,"0199c3a0-0000-7000-8000-000000000001",4,0]',
      call('a').json,
      '{"model":"gpt',
      call('b').json,
      '["packed",5,2,0]',
      '["from a later version",1]',
      '["arrived",5]',
    ];
    const content = readContent(`${lines.join('\n')}\n`);
    expect(content?.producing).toMatchObject({ sequence: 5, unreported: 1 });
    expect(content?.underWay).toEqual([]);
    expect(content?.waiting.map(({ json }) => JSON.parse(json).feature)).toEqual(['b']);
  });

  test('a message is packed again to the byte', async () => {
    const { producer, read, transport } = setUp([]);
    const send = vi.spyOn(transport, 'send').mockReturnValue(new Promise(() => {}));
    producer.refuse(7, 'refused');
    for (const feature of ['a', '😀', '\uFFFF']) producer.add(call(feature));
    producer.sendAll();
    await vi.waitUntil(() => send.mock.calls.length === 1);
    expect(read()?.underWay).toEqual(send.mock.calls[0]?.[0]);
    expect(read()?.underWay).toMatchObject([{ sequence: 1, calls: 3, dropped: 7 }]);
  });
});

describe('a disk that takes nothing', () => {
  test('is told, and tried again later: then the file says everything once more', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const tell = vi.fn();
    const { producer } = setUp([]);
    const path = join(directory, 'full', 'file.calls');
    producer.writeTo(new SpoolFile(path, producer, tell));
    producer.add(call('a'));
    producer.add(call('b'));
    expect(tell.mock.calls).toEqual([
      [expect.stringContaining('cannot write'), 0, expect.objectContaining({ code: 'ENOENT' })],
    ]);
    mkdirSync(join(directory, 'full'));
    producer.add(call('c'));
    expect(existsSync(path)).toBe(false);
    vi.advanceTimersByTime(10_000);
    producer.add(call('d'));
    expect(readContent(readFileSync(path, 'utf8'))?.waiting).toHaveLength(4);
    vi.useRealTimers();
  });
});
