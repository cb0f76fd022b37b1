/** Compresses a message, where that makes it smaller: a single call does not gain, two hundred shrink to a sixth. */
import type { Message } from './message-packer.ts';

/** In a thread of its own, so that the app does not wait. Never rejects. */
export async function compressMessage(message: Message): Promise<Message> {
  try {
    const { gzip } = await import('node:zlib');
    const zipped = await new Promise<Buffer>((resolve, reject) => {
      gzip(message.body, (error, data) => (error === null ? resolve(data) : reject(error)));
    });
    const body = `{"v":1,"encoding":"gzip","data":"${zipped.toString('base64')}"}`;
    return body.length < message.bytes ? { ...message, body, bytes: body.length } : message;
  } catch {
    return message;
  }
}
