/** What a parameter says about where messages go, as somebody typed it into the parameter store. */

/** Where a message is sent, with the secrets that it takes. */
export type Destination =
  | { kind: 'slack-webhook'; url: URL }
  /** https://docs.slack.dev/reference/methods/chat.postMessage; `api` ends in a slash. */
  | { kind: 'slack-bot'; token: string; channel: string; api: URL }
  /** https://www.standardwebhooks.com; `key` signs. */
  | { kind: 'signed-webhook'; url: URL; key: Buffer };

const SLACK_API = 'https://slack.com/api/';
/** "between 24 bytes (192 bits) and 64 bytes (512 bits)", https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const [SHORTEST_KEY, LONGEST_KEY] = [24, 64];

/**
 * The forms, parts separated by white space: a webhook's address; an address and `whsec_…`; `xoxb-…` and a channel's id,
 * and then the address of another Slack API, such as GovSlack's.
 *
 * @param text a secret; it is in no error
 * @param channel of the team; null: the text may name one
 * @throws Error that says what to put there
 */
export function parseDestination(text: string, channel: string | null): Destination {
  const parts = text.trim().split(/\s+/);
  const addresses = parts.filter((part) => /^https?:/i.test(part)).map(readAddress);
  const token = parts.find((part) => part.startsWith('xox'));
  const signing = parts.find((part) => part.startsWith('whsec_'));
  const named = channel ?? parts.find(isSlackChannel);
  const known = addresses.length + [token, signing].filter(Boolean).length;
  const spare = parts.filter((part) => !isSlackChannel(part)).length - known;
  const [url] = addresses;
  if (spare > 0 || addresses.length > 1 || (token !== undefined && signing !== undefined)) {
    throw new Error(HELP);
  }
  if (token !== undefined) {
    if (!token.startsWith('xoxb-')) {
      throw new Error('it holds a Slack token that is no bot token; a bot token begins with xoxb-');
    }
    if (named === undefined) {
      throw new Error(
        'it holds a bot token, and no channel is named: name one with `tricost teams set --channel`, or put its id after the token',
      );
    }
    const api = url ?? new URL(SLACK_API);
    return { kind: 'slack-bot', token, channel: named, api };
  }
  if (url === undefined) throw new Error(HELP);
  if (named !== undefined) {
    throw new Error(
      'a channel is named, and it holds a webhook, which has its own: name none, or put a bot token there',
    );
  }
  return signing === undefined
    ? { kind: 'slack-webhook', url }
    : { kind: 'signed-webhook', url, key: readKey(signing) };
}

/** Whether it looks like the id of a channel, as Slack shows it. */
export function isSlackChannel(text: string): boolean {
  return /^[CGD][A-Z0-9]{6,30}$/.test(text);
}

const HELP =
  'it does not hold an https:// address or a bot token; put a Slack webhook there, or an address and whsec_…, or xoxb-…';

/** Secrets go to nobody in the clear, and to this machine without a certificate, as the local inbox has none. */
function readAddress(text: string): URL {
  const url = URL.parse(text);
  const loopback = url !== null && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))) {
    throw new Error(HELP);
  }
  return url;
}

function readKey(text: string): Buffer {
  const key = Buffer.from(text.slice('whsec_'.length), 'base64');
  if (key.length < SHORTEST_KEY || key.length > LONGEST_KEY) {
    throw new Error(
      `its whsec_ key is not ${SHORTEST_KEY} to ${LONGEST_KEY} bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)"`,
    );
  }
  return key;
}
