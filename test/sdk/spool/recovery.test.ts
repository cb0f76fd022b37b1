/** What a process leaves behind when it dies, and who delivers it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createPublisher, type Publisher, type PublisherOptions } from '../../../sdk/src/index.ts';
import { spoolFolder } from '../../../sdk/src/spool/index.ts';
import { type MemoryTransport, memoryTransport } from '../../../sdk/src/transports/memory.ts';
import { startLoopbackServer } from '../../support/loopback-server.ts';

const APP = fileURLToPath(new URL('publishing-process.ts', import.meta.url));
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9/';
const CALL = { model: 'gpt-5', usage: { input_tokens: 1 } };

let spoolDir: string;
beforeEach(() => {
  spoolDir = mkdtempSync(join(tmpdir(), 'tricost-spool-'));
  onTestFinished(() => rmSync(spoolDir, { recursive: true, force: true }));
});

/** A process that has published, and cannot deliver. */
async function startApp(calls: number, { url = NOWHERE, fileBlocks = 'unlimited' } = {}) {
  const limited = `ulimit -f ${fileBlocks} && exec "$0" "$@"`;
  const command = ['-c', limited, process.execPath, APP, url, spoolDir, String(calls)];
  const app = spawn('sh', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void app.kill('SIGKILL'));
  const ids: string[] = [];
  for await (const chunk of app.stdout) {
    ids.push(...String(chunk).trim().split('\n'));
    if (ids.length >= calls) break;
  }
  return { app, ids };
}

async function kill(app: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const exited = once(app, 'exit');
  app.kill(signal);
  await exited;
}

function startPublisher(
  options: PublisherOptions = {},
  spool = spoolFolder(spoolDir),
): Publisher & { transport: MemoryTransport } {
  const transport = memoryTransport();
  const publisher = createPublisher({ transport, spool, onError: () => {}, ...options });
  onTestFinished(async () => void (await publisher.shutdown({ timeoutMs: 1 })));
  return { ...publisher, transport };
}

const idsOf = (transport: MemoryTransport) =>
  transport.calls().map(({ event_id: id }) => String(id));
const files = () => readdirSync(spoolDir).filter((name) => name.endsWith('.calls'));

describe('after kill -9', () => {
  test('the next process delivers every call, under the name and number that they had', async () => {
    const { app, ids } = await startApp(50);
    await kill(app);
    const { flush, stats, transport } = startPublisher();
    expect(await flush()).toEqual({ sent: 50, dropped: 0, pending: 0 });
    expect(idsOf(transport).sort()).toEqual(ids.sort());
    const envelopes = transport.messages.map(({ body }) => JSON.parse(body));
    expect(envelopes.map(({ sequence }) => sequence)).toEqual(
      envelopes.map((_, index) => index + 1),
    );
    expect(new Set(envelopes.map(({ producer_id: id }) => id)).size).toBe(1);
    expect(stats()).toEqual({ published: 50, sent: 50, dropped: 0, pending: 0 });
    expect(files()).toEqual([]);
  });

  test('what may have arrived is sent again as it was', async () => {
    // Takes every message, and never says so.
    const server = await startLoopbackServer(() => {});
    onTestFinished(server.stop);
    const { app } = await startApp(10, { url: server.url });
    await vi.waitUntil(() => server.requests.length > 0);
    await kill(app);
    const { flush, transport } = startPublisher();
    await flush();
    const taken = server.requests.map(({ body }) => body);
    expect(transport.messages.slice(0, taken.length).map(({ body }) => body)).toEqual(taken);
    expect(idsOf(transport)).toHaveLength(10);
  });

  test('of several processes that start at once, one gets each file', async () => {
    const apps = await Promise.all([1, 2, 3].map(() => startApp(5)));
    for (const { app } of apps) await kill(app);
    const publishers = [1, 2, 3].map(() => startPublisher());
    await Promise.all(publishers.map(({ flush }) => flush()));
    const delivered = publishers.flatMap(({ transport }) => idsOf(transport));
    expect(delivered.sort()).toEqual(apps.flatMap(({ ids }) => ids).sort());
  });

  test('of the process that was delivering it, too', async () => {
    const first = await startApp(5);
    await kill(first.app);
    const second = await startApp(5);
    await vi.waitUntil(() => new Set(files().map((name) => name.split('.')[0])).size === 1);
    await kill(second.app);
    const { flush, transport } = startPublisher();
    await flush();
    expect(idsOf(transport).sort()).toEqual([...first.ids, ...second.ids].sort());
  });
});

describe('the file of a living process is its own', () => {
  test('while it runs, and while it is frozen', async () => {
    const { app, ids } = await startApp(5);
    for (const freeze of [false, true]) {
      if (freeze) app.kill('SIGSTOP');
      const { flush, transport } = startPublisher();
      await flush();
      expect(transport.messages).toEqual([]);
    }
    app.kill('SIGCONT');
    await kill(app);
    const { flush, transport } = startPublisher();
    await flush();
    expect(idsOf(transport).sort()).toEqual(ids.sort());
  });

  test('until it shuts down: what it could not deliver is for the others', async () => {
    const down = { send: () => Promise.reject(new Error('down')) };
    const first = startPublisher({ transport: down });
    first.publish([CALL, CALL]);
    expect(await first.shutdown({ timeoutMs: 1 })).toEqual({ sent: 0, dropped: 0, pending: 2 });
    const { flush, transport } = startPublisher();
    await flush();
    expect(transport.calls()).toHaveLength(2);
  });
});

test('a process that shuts down in order leaves nothing', async () => {
  const { publish, shutdown } = startPublisher();
  publish(CALL);
  expect(await shutdown()).toEqual({ sent: 1, dropped: 0, pending: 0 });
  expect(readdirSync(spoolDir)).toEqual([]);
});

test('SIGTERM: the guide of the documentation leaves nothing either', async () => {
  const server = await startLoopbackServer((_, response) => response.end());
  onTestFinished(server.stop);
  const { app, ids } = await startApp(20, { url: server.url });
  await kill(app, 'SIGTERM');
  const delivered = server.requests.flatMap(({ body }) => JSON.parse(body).events);
  expect(delivered.map((event: { event_id: string }) => event.event_id).sort()).toEqual(ids.sort());
  expect(readdirSync(spoolDir)).toEqual([]);
});

test('what the folder must not hold is dropped, counted and reported: the oldest first', async () => {
  const first = await startApp(5);
  await kill(first.app);
  const second = await startApp(5);
  await kill(second.app);
  const errors: number[] = [];
  const onError = ({ dropped }: { dropped: number }) => void errors.push(dropped);
  const { publish, flush, stats, transport } = startPublisher(
    { onError },
    spoolFolder(spoolDir, { maxBytes: 1_200 }),
  );
  await flush();
  expect(idsOf(transport).sort()).toEqual(second.ids.sort());
  expect(stats()).toEqual({ published: 10, sent: 5, dropped: 5, pending: 0 });
  expect(errors).toEqual([5]);
  publish(CALL);
  await flush();
  expect(JSON.parse(transport.messages.at(-1)?.body ?? '')).toMatchObject({ dropped: 5 });
});

describe('never in the way', () => {
  test.each([
    ['a file', () => writeFileSync(join(spoolDir, 'file'), ''), 'file'],
    ['a path too long for a socket', () => {}, 'x'.repeat(120)],
    ['what it may not write to', () => chmodSync(spoolDir, 0o500), 'new'],
  ])('a folder that is %s is told, and the calls go without it', async (_, prepare, name) => {
    prepare();
    const onError = vi.fn();
    const { publish, flush } = startPublisher({ onError }, spoolFolder(join(spoolDir, name)));
    // The administrator may write anywhere.
    const isRefused = process.getuid?.() !== 0 || name !== 'new';
    if (isRefused) expect(String(onError.mock.calls[0]?.[0])).toContain('no spool');
    publish(CALL);
    expect(await flush()).toEqual({ sent: 1, dropped: 0, pending: 0 });
    chmodSync(spoolDir, 0o700);
  });

  test.each([0, Number.NaN, '64'])(
    'a bound of %s makes no sense, and is told',
    async (maxBytes) => {
      const onError = vi.fn();
      const spool = spoolFolder(spoolDir, { maxBytes: maxBytes as number });
      const { publish, flush } = startPublisher({ onError }, spool);
      expect(String(onError.mock.calls[0]?.[0])).toContain(`got ${maxBytes}; taking 67108864`);
      publish(CALL);
      expect(await flush()).toEqual({ sent: 1, dropped: 0, pending: 0 });
    },
  );

  test('a disk that is full ends nothing, and what it took is recovered', async () => {
    // In blocks of 512 bytes, or of 1,024 in some shells: less than the calls need.
    const { app, ids } = await startApp(2_000, { fileBlocks: '64' });
    await kill(app);
    const { flush, stats, transport } = startPublisher();
    expect(await flush()).toMatchObject({ dropped: 0, pending: 0 });
    const recovered = idsOf(transport);
    expect(stats().sent).toBe(recovered.length);
    expect(recovered).toEqual(ids.slice(0, recovered.length));
    expect(recovered.length).toBeGreaterThan(100);
    expect(recovered.length).toBeLessThan(2_000);
  });

  test('a file of nonsense is told and removed, and those beside it are delivered', async () => {
    const { app, ids } = await startApp(3);
    await kill(app);
    const name = '00000000.0199c3a0-0000-7000-8000-000000000001.calls';
    writeFileSync(join(spoolDir, name), 'nonsense\n');
    writeFileSync(join(spoolDir, 'notes.txt'), 'not ours');
    const onError = vi.fn();
    const { flush, transport } = startPublisher({ onError });
    await flush();
    expect(idsOf(transport).sort()).toEqual(ids.sort());
    expect(onError).toHaveBeenCalledOnce();
    expect(files()).toEqual([]);
    expect(readdirSync(spoolDir)).toContain('notes.txt');
  });
});
