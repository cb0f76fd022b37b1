/**
 * A row of the matrix: a piece of an app, run once with a client as it is and once with a metered one. What the app sees must be
 * the same, to the last byte; what is published is the row's to say.
 */

import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCall } from '../../../domain/ingest-calls/parse-call.ts';
import { createTricost, type Tricost } from '../../../sdk/src/create-tricost.ts';
import {
  type FakeProvider,
  type FakeProviders,
  type Fault,
  memoryTransport,
  startFakeProviders,
} from '../../../sdk/src/testing/index.ts';
import { CONTEXT } from '../../domain/ingest-calls/example-call.ts';
import { assertCall } from '../../support/received-envelopes.ts';

export interface Mode<Client> {
  name: string;
  /** Of the fake provider, for this row's requests. */
  faults?: Fault[];
  /**
   * What the app does, and what it sees: values, or an error.
   *
   * @param asked resolves when the provider has the request
   */
  app: (client: Client, asked: () => Promise<void>) => Promise<unknown>;
  /** What is published, one each; a field that is undefined must be absent. */
  calls: object[];
}

export interface ModesOf<Client> {
  provider: Exclude<keyof FakeProviders, 'hosts' | 'stop'>;
  /** Without a tricost: as the app had it before. */
  client: (url: string, tricost?: Tricost) => Client;
  modes: readonly Mode<Client>[];
}

const TAGS = { userId: 'u_1', feature: 'chat' };

/** For a `describe` of its own. */
export function testModes<Client>({ provider, client, modes }: ModesOf<Client>): void {
  let providers: FakeProviders;
  beforeAll(async () => {
    providers = await startFakeProviders();
  });
  afterAll(async () => providers.stop());

  test.each(modes)('$name', async ({ faults = [], app, calls }) => {
    const fake = providers[provider];
    fake.fail(...faults);
    const run = (client: Client) => seen(() => app(client, nextRequestOf(fake)));
    const unmetered = await run(client(fake.url));

    const transport = memoryTransport();
    const problems: Error[] = [];
    const tricost = createTricost({
      transport,
      hosts: providers.hosts,
      onError: (error) => problems.push(error),
    });
    fake.fail(...faults);
    const metered = await tricost.withTags(TAGS, () => run(client(fake.url, tricost)));
    await tricost.shutdown();

    expect(metered).toEqual(unmetered);
    expect(problems).toEqual([]);
    expect(transport.calls()).toMatchObject(
      calls.map((call) => ({ user_id: 'u_1', feature: 'chat', ...present(call) })),
    );
    for (const [index, call] of transport.calls().entries()) {
      assertCall(call);
      // Ingest takes it, understands its usage, and finds no fault with it.
      expect(parseCall(call, { ...CONTEXT, now: new Date() })).toMatchObject({
        ok: true,
        value: { flags: [] },
      });
      for (const name of absent(calls[index] ?? {})) expect(call).not.toHaveProperty(name);
    }
  });
}

function present(call: object): object {
  return Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined));
}

function absent(call: object): string[] {
  return Object.entries(call).flatMap(([name, value]) => (value === undefined ? [name] : []));
}

/** As plain data: what a client hands out has functions, and a link back to itself. */
async function seen(app: () => Promise<unknown>) {
  try {
    return { value: JSON.parse(JSON.stringify((await app()) ?? null)) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { name, message } = error;
    const status = 'status' in error ? error.status : undefined;
    return { error: error.constructor.name, name, message, status };
  }
}

function nextRequestOf({ requests }: FakeProvider): () => Promise<void> {
  const before = requests.length;
  return async () => {
    while (requests.length === before) await setImmediate();
  };
}

/** Everything that comes out of a stream. */
export async function collect<Item>(stream: AsyncIterable<Item> | Iterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
