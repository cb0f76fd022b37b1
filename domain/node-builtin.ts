/** Modules of Node that are loaded by their first use, and at once. */
// biome-ignore lint/style/noRestrictedImports: it finds pure crypto where Node is too old for another way
import { createRequire } from 'node:module';

type Name = 'node:crypto' | 'node:net';

/** Node has `getBuiltinModule` since 20.16 and 22.3; what it has before wants a path, any one. https://nodejs.org/api/process.html#processgetbuiltinmoduleid */
export function nodeBuiltin<Wanted extends Name>(
  name: Wanted,
): ReturnType<typeof process.getBuiltinModule<Wanted>> {
  const { getBuiltinModule } = process as Partial<NodeJS.Process>;
  return getBuiltinModule === undefined
    ? createRequire(process.execPath)(name)
    : getBuiltinModule(name);
}
