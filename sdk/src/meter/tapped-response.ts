/** The provider's response with a body that is read on its way to the app. All else is the provider's. */

export interface Tap {
  /** @returns what the app gets */
  push(bytes: Uint8Array): Uint8Array;
  /** @returns what was held back */
  end(): Uint8Array;
  ended(): void;
  /** No error: the app has stopped reading. */
  broken(error?: unknown): void;
}

type Body = ReadableStream;

/** @param response whose body nobody has touched */
export function tapResponse(response: Response, body: Body, tap: Tap): Response {
  return lookingLike(response, tapBody(body, tap));
}

/** A response that is made cannot be given these by its constructor. */
function lookingLike(response: Response, body: Body | null): Response {
  const { status, statusText, headers } = response;
  const made = new Response(body, { status, statusText, headers });
  const clone = made.clone;
  return Object.defineProperties(made, {
    url: { get: () => response.url },
    type: { get: () => response.type },
    redirected: { get: () => response.redirected },
    headers: { get: () => response.headers },
    clone: { value: () => lookingLike(response, clone.call(made).body) },
  });
}

/**
 * Reads nothing before the app does, and stops with it. What the tap does must not throw; what it gives of several pieces has
 * memory of its own.
 */
function tapBody(body: Body, tap: Tap): Body {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const source = {
    async pull(
      controller: ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>,
    ): Promise<void> {
      reader ??= body.getReader();
      for (;;) {
        let piece: Awaited<ReturnType<typeof reader.read>>;
        try {
          piece = await reader.read();
        } catch (error) {
          const rest = tap.end();
          if (rest.length > 0) controller.enqueue(rest);
          tap.broken(error);
          controller.error(error);
          return;
        }
        if (piece.done) {
          const rest = tap.end();
          if (rest.length > 0) controller.enqueue(rest);
          tap.ended();
          controller.close();
          // A reader with a buffer of its own waits for this. https://streams.spec.whatwg.org/#readable-byte-stream-controller-close
          if ('byobRequest' in controller) controller.byobRequest?.respond(0);
          return;
        }
        const passed = tap.push(piece.value);
        if (passed.length === 0) continue;
        controller.enqueue(passed);
        return;
      }
    },
    async cancel(reason: unknown): Promise<void> {
      tap.broken();
      await (reader === undefined ? body.cancel(reason) : reader.cancel(reason));
    },
  };
  return isByteStream(body)
    ? new ReadableStream({ ...source, type: 'bytes' })
    : new ReadableStream(source, { highWaterMark: 0 });
}

/** As those of `fetch` are, which also serve readers with buffers of their own. */
function isByteStream(body: Body): boolean {
  try {
    body.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
