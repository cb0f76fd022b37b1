/** Bodies made to hurt a parser: deep, huge, ambiguous or poisonous, around a call that is otherwise good. */
import { gzipSync } from 'node:zlib';
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import type { Random } from '../../local/demo/random.ts';

/** The JSON text of a call, open at its end: more members can follow. */
type Nasty = (open: string, call: LlmCall, random: Random) => string;

const DEEP = 100_000;
const MIB = 1024 * 1024;

export function nastyBody(calls: readonly LlmCall[], random: Random): string {
  const [call] = calls;
  if (call === undefined) return '';
  // A bomb costs a hundred others' time.
  if (random.chance(0.003)) return bomb(call);
  return random.pick(NASTIES)(JSON.stringify(call).slice(0, -1), call, random);
}

const nested = (depth: number, open: string, close: string): string =>
  open.repeat(depth) + close.repeat(depth);

const NASTIES: [Nasty, ...Nasty[]] = [
  // Depth.
  (open, _, random) => `${open},"x":${nested(random.between(10, 5_000), '[', ']')}}`,
  (open, _, random) => `${open},"tags":${`{"a":`.repeat(random.between(2, 5_000))}1`,
  (_open, _call, random) => nested(random.between(1_000, DEEP), '[', ']'),
  (_open, _call, random) => '{"events":['.repeat(random.between(1, 1_000)),
  (open) => `[[${open}}]]`,
  // Numbers.
  (open) => `${open},"latency_ms":1e999}`,
  (open) => `${open},"latency_ms":-0}`,
  (open) => `${open},"cost_usd":1e-999}`,
  (open) => `${open},"cost_usd":0.${'3'.repeat(10_000)}}`,
  (open) => `${open},"attempt":${'9'.repeat(10_000)}}`,
  (open) => `${open},"usage":{"input_tokens":9007199254740993,"output_tokens":1}}`,
  (open) => `${open},"usage":{"input_tokens":1.0,"output_tokens":1e0}}`,
  (open) => `${open},"usage":{"input_tokens":0x10}}`,
  (open) => `${open},"latency_ms":NaN}`,
  // Text.
  (open) => `${open},"feature":"\\ud800"}`,
  (open) => `${open},"feature":"\\udc00\\ud800\\u0000"}`,
  (open) => `${open},"user_id":"\\u0000"}`,
  (open) => `${open},"feature":"${'é'.repeat(5_000)}"}`,
  (open) => `${open},"\\u0000":"\\u0000","":""}`,
  (open) => `\ufeff${open}}`,
  (open) => `${open},"model":"\\u202e\\u200b"}`,
  // Keys that objects are born with, and the same key twice: JSON.parse keeps the last.
  (open) => `${open},"__proto__":{"feature":"poison","cost_usd":1}}`,
  (open) => `${open},"constructor":{"prototype":{"x":1}}}`,
  (open) => `${open},"usage":{"__proto__":{"input_tokens":5},"output_tokens":1}}`,
  (open) => `${open},"tags":{"__proto__":"x","constructor":"y"}}`,
  (open) => `${open},"toJSON":1,"hasOwnProperty":1,"valueOf":{}}`,
  (open) => `${open},"ts":null}`,
  (open, { ts }) => `${open},"ts":"1999-01-01T00:00:00Z","ts":"${ts}"}`,
  (open) => `${open},"event_id":"not a uuid"}`,
  (open) => `${open},"event_id":"00000000-0000-0000-0000-000000000000"}`,
  // Size and number.
  (open) => `${open},"extra_text":"${'x'.repeat(100_000)}"}`,
  (open) => `${open}${Array.from({ length: 2_000 }, (_, n) => `,"k${n}":${n}`).join('')}}`,
  (open) => `[${Array.from({ length: 300 }, () => `${open}}`).join(',')}]`,
  () => '[]',
  () => '{"v":1,"events":[]}',
  () => JSON.stringify(Array(20_001).fill(0)),
  (_, call) => JSON.stringify([call, 1, null, 'x', [call], {}, call]),
  // Wrappers in wrappers.
  (open) => `{"specversion":"1.0","id":"1","data":{"specversion":"1.0","id":"2","data":${open}}}}`,
  (open) => `{"specversion":"1.0","data":"${Buffer.from(open).toString('base64')}"}`,
  (open) => `{"specversion":"1.0","data_base64":"%%%${open.length}"}`,
  (open) => `{"v":1,"encoding":"gzip","data":{"v":1,"events":[${open}}]}}`,
  (open) => inner(inner(`${open}}`)),
  (open) => `{"v":1,"events":[${open}}],"dropped":-1,"sequence":1e300,"producer_id":[]}`,
  (open) => `{"v":2,"events":[${open}}]}`,
  (open) => `{"v":1,"encoding":"GZIP","data":"${Buffer.from(open).toString('base64')}"}`,
  (open) => `{"v":1,"encoding":"zstd","data":"${gzipSync(open).toString('base64')}"}`,
];

/** A body compressed in a body compressed. */
function inner(json: string): string {
  return JSON.stringify({ v: 1, encoding: 'gzip', data: gzipSync(json).toString('base64') });
}

/** Inflates to a little more than ingest takes. */
function bomb(call: LlmCall): string {
  return inner(`${' '.repeat(16 * MIB)}${JSON.stringify(call)}`);
}
