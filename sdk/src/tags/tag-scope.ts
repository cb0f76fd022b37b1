/** The tags in force: set around a piece of work, seen by every call that it makes, however deep and however late. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { mergeTags, type Tags } from './tags.ts';

/**
 * One for the process, also where a bundler has put this package into it twice, as Next.js does for middleware and routes:
 * what one copy sets the other must see.
 */
const STORE = Symbol.for('tricost.tags');
const shared = globalThis as { [STORE]?: AsyncLocalStorage<Tags> };

function store(): AsyncLocalStorage<Tags> {
  shared[STORE] ??= new AsyncLocalStorage<Tags>();
  return shared[STORE];
}

/** Of the innermost `withTags()`, merged with those around it. */
export function currentTags(): Tags {
  return store().getStore() ?? {};
}

/** Runs it with these tags. They hold for all that it starts, awaited or not, and end with it. */
export function withTags<Result>(tags: Tags, run: () => Result): Result {
  return store().run(mergeTags(currentTags(), tags), run);
}

/** A function that always runs with these tags and those in force now: for event listeners, queues, and other callbacks that something else calls. */
export function bindTags<This, Args extends unknown[], Result>(
  tags: Tags,
  run: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  const bound = mergeTags(currentTags(), tags);
  return function (this: This, ...args: Args) {
    return store().run(bound, () => run.apply(this, args));
  };
}
