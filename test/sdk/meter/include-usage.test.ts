import { expect, test } from 'vitest';
import { askForUsage } from '../../../sdk/src/meter/include-usage.ts';

const URL = 'https://api.openai.com/v1/chat/completions';

function asking(text: string, init: RequestInit = {}) {
  return askForUsage(URL, { ...init, method: 'POST', body: text }, JSON.parse(text));
}

test('the option is put into the text, which stays as it is', () => {
  const text = '{ "stream": true, "seed": 12345678901234567890, "top_p": 1.0 }\n';
  expect(asking(text)?.body).toBe(
    '{ "stream": true, "seed": 12345678901234567890, "top_p": 1.0 ,"stream_options":{"include_usage":true}}',
  );
});

test('beside other stream options, where the text can be written again as it was', () => {
  expect(asking('{"stream":true,"stream_options":{"x":1}}')?.body).toBe(
    '{"stream":true,"stream_options":{"x":1,"include_usage":true}}',
  );
  expect(asking('{"stream":true, "stream_options":{"x":1}}')).toBeUndefined();
});

test('the length of the body is no longer said', () => {
  const text = '{"stream":true}';
  const headers = { 'content-length': '15', authorization: 'Bearer x' };
  const asked = asking(text, { headers });
  expect([...new Headers(asked?.headers)]).toEqual([['authorization', 'Bearer x']]);
  expect(headers).toHaveProperty('content-length');
});

test.each<[string, string, RequestInit]>([
  ['what the app wants', '{"stream":true,"stream_options":{"include_usage":true}}', {}],
  ['what the app does not want', '{"stream":true,"stream_options":{"include_usage":false}}', {}],
  ['no stream', '{"stream":false}', {}],
  ['stream options that are none', '{"stream":true,"stream_options":null}', {}],
  [
    'a request signed for AWS',
    '{"stream":true}',
    { headers: { Authorization: 'AWS4-HMAC-SHA256 Credential=x' } },
  ],
  ['a digest of the body', '{"stream":true}', { headers: { 'Content-Digest': 'sha-256=:x:' } }],
])('left alone: %s', (_, text, init) => {
  expect(asking(text, init)).toBeUndefined();
});

test('left alone: a body that is no text, and options of a class of their own', () => {
  const body = { stream: true };
  expect(askForUsage(URL, { body: Buffer.from(JSON.stringify(body)) }, body)).toBeUndefined();
  expect(askForUsage(new Request(URL), undefined, body)).toBeUndefined();
  class Options {
    body = JSON.stringify(body);
    get method() {
      return 'POST';
    }
  }
  expect(askForUsage(URL, new Options(), body)).toBeUndefined();
});
