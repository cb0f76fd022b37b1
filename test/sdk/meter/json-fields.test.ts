import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonFields } from '../../../sdk/src/meter/json-fields.ts';

const WANTED = {
  paths: new Set(['usage', 'model', 'response.usage', 'choices[].finish_reason', 'list[]']),
  text: new Set(['content']),
};

function read(json: string, pieces = [json.length]) {
  const fields = new JsonFields(WANTED);
  const bytes = Buffer.from(json);
  let start = 0;
  for (const size of [...pieces, bytes.length]) {
    fields.push(Uint8Array.from(bytes.subarray(start, start + size)));
    start += size;
  }
  return { values: Object.fromEntries(fields.values), textBytes: fields.textBytes };
}

describe('values', () => {
  test.each([
    ['{"usage":{"a":1,"b":[2,{"c":null}]}}', { usage: { a: 1, b: [2, { c: null }] } }],
    ['{"usage":null,"model":"m \\"q\\" ü"}', { usage: null, model: 'm "q" ü' }],
    ['{"model":12}', { model: 12 }],
    ['{ "model" : -1.5e3 , "x" : true }', { model: -1500 }],
    ['{"response":{"id":"r","usage":{"x":1}},"y":1}', { 'response.usage': { x: 1 } }],
    [
      '{"choices":[{"finish_reason":null},{"a":{"finish_reason":"no"},"finish_reason":"stop"}]}',
      { 'choices[].finish_reason': 'stop' },
    ],
    ['{"list":[1,2,[3]]}', { 'list[]': [3] }],
    ['[{"model":"first"},{"model":"last"}]', { model: 'last' }],
    ['{"a":{"usage":{"no":1}},"b":[{"usage":2}]}', {}],
    ['{"text":"\\"usage\\":{\\"no\\":1}"}', {}],
  ])('%s', (json, values) => {
    expect(read(json).values).toEqual(values);
  });

  test('a document after another', () => {
    const fields = new JsonFields(WANTED);
    fields.push(Buffer.from('{"usage":{"a"'));
    fields.reset();
    fields.push(Buffer.from('{"model":"m"}'));
    expect(Object.fromEntries(fields.values)).toEqual({ model: 'm' });
  });

  test('one that is too large is not there, and the rest is', () => {
    const { values } = read(`{"usage":{"a":"${'x'.repeat(70_000)}"},"model":"m"}`);
    expect(values).toEqual({ model: 'm' });
  });
});

test('text is counted in bytes, wherever it stands', () => {
  expect(read('{"choices":[{"delta":{"content":"häh","role":"content"}}]}').textBytes).toBe(4);
  expect(read('{"content":[{"text":"no"},"no"],"content":""}').textBytes).toBe(0);
});

test('any document in any pieces gives what JSON.parse gives', () => {
  const document = fc.record(
    {
      usage: fc.jsonValue(),
      model: fc.string({ unit: 'grapheme' }),
      content: fc.string({ unit: 'grapheme' }),
      response: fc.record({ usage: fc.jsonValue(), other: fc.jsonValue() }),
      other: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      document,
      fc.array(fc.integer({ min: 0, max: 9 })),
      fc.nat(2),
      (value, pieces, indent) => {
        const json = JSON.stringify(value, null, indent);
        const expected: Record<string, unknown> = {};
        const parsed = JSON.parse(json);
        if ('usage' in parsed) expected['usage'] = parsed.usage;
        if ('model' in parsed) expected['model'] = parsed.model;
        if ('response' in parsed) expected['response.usage'] = parsed.response.usage;
        expect(read(json, pieces).values).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('what is no JSON never throws', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1aü\n'), maxLength: 400 }),
      (text) => {
        read(text);
      },
    ),
  );
  expect(read('['.repeat(100_000)).values).toEqual({});
  expect(read('{"a":'.repeat(100_000)).values).toEqual({});
});
