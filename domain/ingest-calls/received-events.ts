/** Writes the events of a message as they were received: of those that are refused, there is a text to keep. */
import { decodeMessage } from './decode-message.ts';

/** The text of an event, by its position in the message. */
export type EventText = (event: unknown, index: number) => string;

/** Far more than any call has, far less than JSON.stringify bears; what is beyond that costs it a tenth of a second each. */
const MAX_DEPTH = 500;

/**
 * Each event alone as JSON. In the place of one nested too deeply to be written again its whole message is kept, once: a
 * message can hold hundreds of them, and hundreds of copies are more than the function and the table should bear.
 */
export function eventTexts(message: string): EventText {
  let keptAt: number | undefined;
  return (event, index) => {
    if (!isDeeperThan(MAX_DEPTH, event)) return JSON.stringify(event) ?? message;
    keptAt ??= index;
    if (keptAt === index) return message;
    return JSON.stringify(`nested too deeply: its message is kept with event ${keptAt}`);
  };
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/**
 * Reads a message's events a second time, for one that the database refuses. Hardly any is, so they are not kept meanwhile.
 *
 * @returns the event at a position, as it was received
 */
export function receivedEvents(body: string): (index: number) => string {
  const decoded = decodeMessage(body);
  const textOf = eventTexts(body);
  return (index) => (decoded.ok ? textOf(decoded.value.events[index], index) : body);
}
