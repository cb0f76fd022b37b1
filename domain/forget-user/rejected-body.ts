/** Whether a refused event or message is about a user. */
import { cloudEventData, isCloudEvent } from '../ingest-calls/cloud-event.ts';
import { decodeMessage } from '../ingest-calls/decode-message.ts';
import { cleanText, fitName } from '../ingest-calls/text.ts';
import { isObject } from '../json.ts';
import { type Mention, stringsIn } from './mention.ts';

/** `unreadable`: nobody can tell, because it is compressed and broken, or too short an id is looked for in broken JSON. */
export type BodyVerdict = 'mentions' | 'does not' | 'unreadable';

/** @param body as received: one event, or a whole message; what was escaped or compressed in it is read too */
export function judgeBody(body: string, mention: Mention): BodyVerdict {
  if (body === '') return 'does not';
  if (mention.searched && mention.isIn(body)) return 'mentions';
  const decoded = decodeMessage(body);
  if (decoded.ok) return verdict(names(decoded.value.events, mention));
  const json = parse(body);
  if (json === undefined) return mention.searched ? 'does not' : 'unreadable';
  if (isObject(json) && 'encoding' in json) return 'unreadable';
  return verdict(names(json, mention));
}

function verdict(mentions: boolean): BodyVerdict {
  return mentions ? 'mentions' : 'does not';
}

function names(value: unknown, mention: Mention): boolean {
  if (Array.isArray(value)) return value.some((item) => names(item, mention));
  if (isCloudEvent(value) && names(dataOf(value), mention)) return true;
  if (mention.searched) return [...stringsIn(value)].some((text) => mention.isIn(text));
  if (!isObject(value)) return false;
  const { user_id: userId } = value;
  if (typeof userId === 'string' && fitName(cleanText(userId)).name === mention.storedId) {
    return true;
  }
  return Object.values(value).some((item) => names(item, mention));
}

/** A broken one has no data; its other fields are looked through all the same. */
function dataOf(event: Parameters<typeof cloudEventData>[0]): unknown {
  try {
    return cloudEventData(event);
  } catch {
    return undefined;
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
