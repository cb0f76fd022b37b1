/** Sees what an async iterable gives as it is read, and how it ends. It stays the same object, and gives the same. */

export interface IterableTap {
  /** Of these, nothing must throw. */
  item(item: unknown): void;
  ended(): void;
  /** No error: the app has stopped reading. */
  broken(error?: unknown): void;
}

export function tapIterable(iterable: AsyncIterable<unknown>, tap: IterableTap): void {
  const iterate = iterable[Symbol.asyncIterator].bind(iterable);
  Object.defineProperty(iterable, Symbol.asyncIterator, {
    configurable: true,
    value: () => tapIterator(iterate(), tap),
  });
}

function tapIterator(
  iterator: AsyncIterator<unknown>,
  tap: IterableTap,
): AsyncIterableIterator<unknown> {
  return {
    async next(...args) {
      let result: IteratorResult<unknown>;
      try {
        result = await iterator.next(...args);
      } catch (error) {
        tap.broken(error);
        throw error;
      }
      if (result.done === true) tap.ended();
      else tap.item(result.value);
      return result;
    },
    async return(value) {
      tap.broken();
      return iterator.return?.(value) ?? { done: true, value };
    },
    async throw(error) {
      tap.broken(error);
      if (iterator.throw === undefined) throw error;
      return iterator.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
