/**
 * Node's crypto, loaded by its first use: that takes longer than all else of the SDK together, and an app that starts must not
 * wait for it.
 */
import { nodeBuiltin } from './node-builtin.ts';

let loaded: typeof import('node:crypto') | undefined;

export function nodeCrypto(): typeof import('node:crypto') {
  loaded ??= nodeBuiltin('node:crypto');
  return loaded;
}
