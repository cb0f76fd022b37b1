/** A function's bundle, loaded by Node itself: Vite would rewrite it, which takes seconds and is not what is deployed. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import vm from 'node:vm';

export type BundleHandler<Result = unknown> = (event: unknown, context: object) => Promise<Result>;

const BUNDLES = new URL('../../dist/lambdas/', import.meta.url);

const importByNode = vm.runInThisContext('(specifier) => import(specifier)', {
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}) as (specifier: string) => Promise<unknown>;

/** A function of its own, as a cold start makes one: it reads the environment as it is now. */
export async function importBundle<Result>(slug: string): Promise<BundleHandler<Result>> {
  const bundle = new URL(`${slug}/handler.mjs`, BUNDLES);
  if (!existsSync(bundle)) throw new Error('there are no bundles; run `npm run bundle` first');
  const module = await importByNode(`${bundle.href}?${randomUUID()}`);
  return (module as { handler: BundleHandler<Result> }).handler;
}
