/** Seeded message bodies: valid ones in every form, with something done to them. */
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import type { Random } from '../../local/demo/random.ts';
import { mutateBytes, mutateText } from './mutate-text.ts';
import { mutateValue } from './mutate-value.ts';
import { nastyBody } from './nasty-bodies.ts';

/** Shares of the bodies; the rest is left as it is. */
const STRUCTURE = 0.45;
const TEXT = 0.2;
const COMPRESSED_BYTES = 0.1;
const NASTY = 0.1;

/**
 * @param calls what the body is made of, as long as nothing happens to it
 */
export function randomBody(calls: readonly LlmCall[], random: Random): string {
  const dice = random.next();
  if (dice < NASTY) return nastyBody(calls, random);
  if (dice < NASTY + STRUCTURE) return inForm(mutateCalls(calls, random), random, untouched);
  if (dice < NASTY + STRUCTURE + TEXT) return mutateText(inForm(calls, random, untouched), random);
  if (dice < NASTY + STRUCTURE + TEXT + COMPRESSED_BYTES) {
    return compressed(calls, random, (data) => mutateBytes(data, random));
  }
  return inForm(calls, random, untouched);
}

const untouched = (data: Buffer): Buffer => data;

function mutateCalls(calls: readonly LlmCall[], random: Random): unknown[] {
  const victim = random.between(0, calls.length - 1);
  return calls.map((call, index) => (index === victim ? mutateValue(call, random) : call));
}

type Form = (calls: readonly unknown[], random: Random, touch: (data: Buffer) => Buffer) => string;

/**
 * Every one with an id of its own: a call that has lost its id takes that of its wrapper.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
function inCloudEvent(content: { data: unknown } | { data_base64: string }, random: Random) {
  const id = `${random.between(1, 1e9)}-${random.between(1, 1e9)}`;
  return { specversion: '1.0', id, source: '/soak', type: 'llm.call', ...content };
}

const PLAIN: [Form, ...Form[]] = [
  ([call]) => JSON.stringify(call) ?? 'null',
  (calls) => JSON.stringify(calls),
  (calls) => JSON.stringify({ v: 1, events: calls }),
  (calls, random) => {
    const numbers = { producer_id: 'soak', sequence: random.between(1, 1e9), dropped: 0 };
    return JSON.stringify({ v: 1, ...numbers, events: calls });
  },
  ([call], random) => JSON.stringify(inCloudEvent({ data: call }, random)),
  (calls, random) => JSON.stringify(inCloudEvent({ data: { v: 1, events: calls } }, random)),
  (calls, random) => {
    const data = Buffer.from(JSON.stringify(calls)).toString('base64');
    return JSON.stringify(inCloudEvent({ data_base64: data }, random));
  },
  (calls, random) => JSON.stringify(calls.map((data) => inCloudEvent({ data }, random))),
];

function inForm(...[calls, random, touch]: Parameters<Form>): string {
  return random.chance(0.3)
    ? compressed(calls, random, touch)
    : random.pick(PLAIN)(calls, random, touch);
}

function compressed(...[calls, random, touch]: Parameters<Form>): string {
  const json = random.pick(PLAIN)(calls, random, touch);
  const [encoding, data] = random.pick([
    ['gzip', gzipSync(json)],
    ['zstd', zstdCompressSync(json)],
    ...(random.chance(0.05) ? ([['deflate', deflateSync(json)]] as [string, Buffer][]) : []),
  ] as [[string, Buffer], ...[string, Buffer][]]);
  const body = { v: 1, encoding, data: touch(data).toString('base64') };
  return JSON.stringify(random.chance(0.1) ? inCloudEvent({ data: body }, random) : body);
}
