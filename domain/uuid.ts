/** UUIDs: what is one, and ids derived from names, the same wherever and however often they are computed. */
import { nodeCrypto } from './node-crypto.ts';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const NIL = '00000000-0000-0000-0000-000000000000';

/** Any UUID but the nil one, which a broken producer gives to every call. */
export function isUuid(text: string): boolean {
  return UUID.test(text) && text !== NIL;
}

/** UUIDv5 of a name in a namespace (RFC 9562 §5.5). */
export function uuidV5(namespace: string, name: string): string {
  const bytes = nodeCrypto()
    .createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [8, 12, 16, 20, 32]
    .map((end, index, ends) => hex.slice(ends[index - 1] ?? 0, end))
    .join('-');
}

/** When a UUIDv7 was made (RFC 9562 §5.7); undefined for other versions, which do not tell. */
export function uuidV7Time(uuid: string): Date | undefined {
  return uuid[14] === '7'
    ? new Date(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16))
    : undefined;
}
