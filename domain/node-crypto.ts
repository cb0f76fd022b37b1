/**
 * Node's crypto, loaded by its first use: that takes longer than all else of the SDK together, and an app that starts must not
 * wait for it.
 */
let loaded: typeof import('node:crypto') | undefined;

export function nodeCrypto(): typeof import('node:crypto') {
  loaded ??= process.getBuiltinModule('node:crypto');
  return loaded;
}
