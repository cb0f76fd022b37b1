import { expect, test } from 'vitest';
import { EventStream } from '../../../sdk/src/meter/event-stream.ts';

function events(text: string, size = text.length): string[] {
  const found: string[] = [];
  let data = '';
  const stream = new EventStream({
    onData: (bytes) => {
      data += Buffer.from(bytes).toString('latin1');
    },
    onEventEnd: (isDone) => {
      found.push(isDone ? 'done' : Buffer.from(data, 'latin1').toString());
      data = '';
    },
  });
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) {
    stream.push(bytes.subarray(start, start + size));
  }
  stream.end();
  return found;
}

test.each([
  ['data: {"a":"ü"}\n\ndata: [DONE]\n\n', [' {"a":"ü"}', 'done']],
  ['event: x\r\ndata:1\r\n\r\ndata:2\r\n\r\n', ['1', '2']],
  ['data:1\r\rdata:2\r\r', ['1', '2']],
  [': comment\n\nid: 1\nretry: 2\n\ndata: 3\n\n', [' 3']],
  ['data:1\ndata:2\n\n', ['12']],
  ['data:1\r\ndata:2\r\n\r\n', ['12']],
  ['data: no empty line', [' no empty line']],
  ['dat: no\ndatax\n\n', []],
  ['data: [DONE] and more', ['done']],
])('%j, in pieces of every size', (text, expected) => {
  for (let size = 1; size <= text.length; size += 1) expect(events(text, size)).toEqual(expected);
});
