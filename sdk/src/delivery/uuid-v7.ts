/** UUIDv7: ids in order of time, which a database index likes. Node makes only version 4 itself. */
import { nodeCrypto } from '../../../domain/node-crypto.ts';

/**
 * RFC 9562 §5.7: 48 bits of time, then version, variant and 74 random bits, which a version 4 has in the same places.
 *
 * @param unixMs whole milliseconds since 1970
 */
export function uuidV7(unixMs: number): string {
  const time = unixMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${nodeCrypto().randomUUID().slice(15)}`;
}
