import { expect, test } from 'vitest';
import { parseDestination } from '../../../domain/notify/destination.ts';

const KEY = Buffer.alloc(32, 1);
const WHSEC = `whsec_${KEY.toString('base64')}`;
const HOOK = 'https://hooks.slack.com/services/T0/B0/sekrit';

test.each([
  [`${HOOK}\n`, null, { kind: 'slack-webhook', url: new URL(HOOK) }],
  [
    `https://a.example/in ${WHSEC}`,
    null,
    { kind: 'signed-webhook', url: new URL('https://a.example/in'), key: KEY },
  ],
  [
    'xoxb-1',
    'C0123456789',
    {
      kind: 'slack-bot',
      token: 'xoxb-1',
      channel: 'C0123456789',
      api: new URL('https://slack.com/api/'),
    },
  ],
  [
    'xoxb-1 C0123456789',
    null,
    {
      kind: 'slack-bot',
      token: 'xoxb-1',
      channel: 'C0123456789',
      api: new URL('https://slack.com/api/'),
    },
  ],
  [
    'xoxb-1 https://slack-gov.com/api/',
    'C0123456789',
    {
      kind: 'slack-bot',
      token: 'xoxb-1',
      channel: 'C0123456789',
      api: new URL('https://slack-gov.com/api/'),
    },
  ],
  [
    'http://127.0.0.1:8080/in',
    null,
    { kind: 'slack-webhook', url: new URL('http://127.0.0.1:8080/in') },
  ],
])('%s, channel %s', (text, channel, destination) => {
  expect(parseDestination(text, channel)).toEqual(destination);
});

test.each([
  ['', null, /does not hold an https/],
  ['sekrit', null, /does not hold an https/],
  ['http://a.example/sekrit', null, /does not hold an https/],
  ['ftp://a.example/sekrit', null, /does not hold an https/],
  [`${HOOK} https://b.example/sekrit`, null, /does not hold an https/],
  [WHSEC, null, /does not hold an https/],
  [`xoxb-sekrit ${WHSEC}`, 'C0123456789', /does not hold an https/],
  ['https://a.example whsec_c2Vrcml0', null, /24 to 64 bytes/],
  ['xoxp-sekrit', 'C0123456789', /no bot token/],
  ['xoxb-sekrit', null, /no channel is named/],
  [HOOK, 'C0123456789', /a channel is named/],
])('%s, channel %s is refused without a secret in the words', (text, channel, reason) => {
  let message = '';
  try {
    parseDestination(text, channel);
  } catch (error) {
    message = String(error);
  }
  expect(message).toMatch(reason);
  expect(message).not.toMatch(/sekrit|c2Vrcml0/);
});
