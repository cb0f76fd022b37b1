/** The text around the calls of a message. */
import type { Message } from './message-packer.ts';

export const FOOTER = ']}';

/** ASCII, so that its length is its size. */
export function header(producerId: string, sequence: number, dropped: number): string {
  const losses = dropped > 0 ? `"dropped":${dropped},` : '';
  return `{"v":1,"producer_id":"${producerId}","sequence":${sequence},${losses}"events":[`;
}

/** The envelope of a message that was packed before: the same bytes again. */
export function repack(
  producerId: string,
  { sequence, dropped }: Pick<Message, 'sequence' | 'dropped'>,
  calls: readonly string[],
): string {
  return header(producerId, sequence, dropped) + calls.join(',') + FOOTER;
}
