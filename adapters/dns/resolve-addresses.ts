/** Which kinds of address a host has, as far as this machine is told. */
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { HostAddresses } from '../../domain/doctor/judge-route.ts';

export async function resolveAddresses(hostname: string): Promise<HostAddresses> {
  const literal = isIP(hostname);
  if (literal !== 0) return { state: 'resolved', ipv4: literal === 4, ipv6: literal === 6 };
  try {
    const addresses = await lookup(hostname, { all: true });
    const has = (family: number) => addresses.some((address) => address.family === family);
    // A machine without IPv4 or IPv6 may be told of one kind only, so a missing kind is asked for by name.
    return {
      state: 'resolved',
      ipv4: has(4) || (await hasRecord(hostname, 'A')),
      ipv6: has(6) || (await hasRecord(hostname, 'AAAA')),
    };
  } catch (error) {
    if (await hasRecord(hostname, 'AAAA')) return { state: 'resolved', ipv4: false, ipv6: true };
    return { state: 'unresolved', code: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  }
}

async function hasRecord(hostname: string, type: 'A' | 'AAAA'): Promise<boolean> {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  const records = type === 'A' ? resolver.resolve4(hostname) : resolver.resolve6(hostname);
  return records.then(
    (found) => found.length > 0,
    () => false,
  );
}
