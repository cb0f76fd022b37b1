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
  const hex = nodeCrypto()
    .createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest('hex');
  // The version, and two bits of the variant, stand in place of the hash's own.
  const variant = (Number.parseInt(hex.slice(16, 17), 16) & 0b0011) | 0b1000;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant.toString(16)}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** When a UUIDv7 was made (RFC 9562 §5.7); undefined for other versions, which do not tell. */
export function uuidV7Time(uuid: string): Date | undefined {
  return uuid[14] === '7'
    ? new Date(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16))
    : undefined;
}
