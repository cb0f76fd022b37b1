/** A bundled function in Lambda's Runtime API that is frozen between its invocations, and in the middle of sending. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { expect, onTestFinished, test, vi } from 'vitest';
import { miniFunction, miniQueue } from '../../local/mini-assembly.ts';
import { startMiniAssembly } from '../../local/running-assembly.ts';
import { receiveEnvelopes } from '../../support/received-envelopes.ts';

const FUNCTION = 'Mini-F';
const SOURCE = `
  import { createTricost } from './sdk/src/index.ts';
  import { withTricost } from './sdk/src/lambda/index.ts';
  // As in Lambda, where none is set and the package signs its requests itself.
  delete process.env.AWS_ENDPOINT_URL_SQS;
  delete process.env.AWS_ENDPOINT_URL;
  let tricost;
  export const handler = (event, context) => {
    tricost ??= createTricost({ queueUrl: event.queueUrl, onMissingTags: 'mark', onError: () => {} });
    const work = async ({ calls }) => {
      for (let call = 0; call < calls; call += 1) tricost.publish({ model: 'gpt-5', usage: { input_tokens: call } });
    };
    return withTricost(tricost, work, { maxFlushMs: 200 })(event, context).then(() => tricost.stats());
  };`;

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, resolveDir: process.cwd() },
    ...{ bundle: true, format: 'esm', platform: 'node', external: ['@aws-sdk/*'], write: false },
  });
  return outputFiles[0]?.text ?? '';
}

/** Stands between the function and its queue. */
class Relay {
  mode: 'passes' | 'is down' | 'loses answers' = 'passes';
  target = '';
  lostAnswers = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#relay(socket));

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What is open now is gone, and neither end is told: as for a function that thaws after an hour. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stop(): void {
    this.cut();
    this.#server.close();
  }

  #relay(socket: Socket): void {
    if (this.mode === 'is down') {
      socket.destroy();
      return;
    }
    const { hostname, port } = new URL(this.target);
    const queue = connect(Number(port), hostname);
    for (const end of [socket, queue]) {
      this.#sockets.add(end);
      end.on('error', () => {}).on('close', () => this.#sockets.delete(end));
    }
    socket.pipe(queue);
    if (this.mode === 'passes') queue.pipe(socket);
    else queue.on('data', () => (this.lostAnswers += 1));
  }
}

test('every call that it has made arrives, once, whatever froze it when', async () => {
  const relay = new Relay();
  const address = await relay.start();
  onTestFinished(() => relay.stop());
  const stack = await startMiniAssembly(
    { F: miniFunction('f', { Timeout: 20 }), Q: miniQueue() },
    { f: await bundled() },
  );
  relay.target = stack.sqsEndpoint;
  const queueUrl = `${address}${new URL(stack.url('Q')).pathname}`;
  const invoke = async (calls: number) => {
    const { payload, error } = await stack.invoke(FUNCTION, { calls, queueUrl });
    expect(error).toBeUndefined();
    return JSON.parse(payload);
  };
  const signal = (name: NodeJS.Signals) => {
    for (const { processId } of stack.processes(FUNCTION)) process.kill(processId, name);
  };

  expect(await invoke(3)).toEqual({ published: 3, sent: 3, dropped: 0, pending: 0 });
  // The queue is down, and Lambda freezes what the invocation could not send.
  relay.mode = 'is down';
  relay.cut();
  expect(await invoke(4)).toEqual({ published: 7, sent: 3, dropped: 0, pending: 4 });
  signal('SIGSTOP');
  await sleep(300);
  relay.mode = 'loses answers';
  signal('SIGCONT');
  // It thaws for the next one. What arrives now the function cannot know of.
  await invoke(5);
  await vi.waitUntil(() => relay.lostAnswers > 0, { timeout: 15_000 });
  signal('SIGSTOP');
  relay.cut();
  relay.mode = 'passes';
  await sleep(300);
  signal('SIGCONT');
  await vi.waitFor(
    async () =>
      expect(await invoke(0)).toEqual({ published: 12, sent: 12, dropped: 0, pending: 0 }),
    { timeout: 15_000, interval: 200 },
  );

  expect(stack.processes(FUNCTION)).toHaveLength(1);
  const envelopes = await receiveEnvelopes(stack.sqs, stack.url('Q'));
  const ids = envelopes.flatMap(({ events }) => events.map(({ event_id: id }) => id));
  // Twice at most by its id, which ingest counts once.
  expect(new Set(ids).size).toBe(12);
  expect(ids.length).toBeGreaterThan(12);
  const numbers = [...new Set(envelopes.map(({ sequence }) => sequence))];
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(new Set(envelopes.map(({ producer_id: id }) => id)).size).toBe(1);
}, 60_000);
