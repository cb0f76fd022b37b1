/** Messages as lines of a file, and in memory. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { decodeMessage } from '../../../domain/ingest-calls/decode-message.ts';
import { createPublisher } from '../../../sdk/src/index.ts';
import { fileTransport } from '../../../sdk/src/transports/file.ts';
import { memoryTransport } from '../../../sdk/src/transports/memory.ts';

const CALL = { model: 'gpt-5', feature: 'two\nlines', usage: { input_tokens: 1 } };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tricost-file-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('a line is a message that ingest takes; a second process adds to it', async () => {
  const path = join(folder(), 'calls.ndjson');
  for (const calls of [[CALL, CALL], [CALL]]) {
    const { publish, shutdown } = createPublisher({ transport: fileTransport(path) });
    publish(calls);
    await shutdown();
  }
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const decoded = lines.map((line) => decodeMessage(line));
  expect(decoded).toMatchObject([
    { value: { events: [CALL, CALL], delivery: { sequence: 1 } } },
    { value: { events: [CALL] } },
  ]);
});

test('what cannot be written is tried again', async () => {
  const directory = join(folder(), 'later');
  const path = join(directory, 'calls.ndjson');
  const onError = vi.fn(() => {
    if (!existsSync(directory)) mkdirSync(directory);
  });
  const { publish, flush } = createPublisher({ transport: fileTransport(path), onError });
  publish(CALL);
  expect(await flush()).toEqual({ sent: 1, dropped: 0, pending: 0 });
  expect(onError).toHaveBeenCalled();
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(1);
});

test('memory keeps what was sent, compressed or not, until it is cleared', async () => {
  for (const compress of [false, true]) {
    const transport = memoryTransport();
    const { publish, flush } = createPublisher({ transport, compress });
    publish(Array.from({ length: 50 }, () => CALL));
    await flush();
    expect(transport.messages).toHaveLength(1);
    expect(transport.calls()).toHaveLength(50);
    expect(transport.calls()[0]).toMatchObject(CALL);
    transport.clear();
    expect(transport.calls()).toEqual([]);
  }
});
