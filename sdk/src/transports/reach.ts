/** `fetch` that says which host it did not reach, and why: its own error is "fetch failed". */

/** @throws Error that names both; what `fetch` throws else, as when it is aborted */
export async function reach(url: string | URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause: unknown = error instanceof TypeError ? error.cause : undefined;
    if (!(cause instanceof Error)) throw error;
    // Of a name with several addresses there are several errors, and no text.
    const reason = cause.message || ('code' in cause ? String(cause.code) : cause.name);
    throw new Error(`cannot reach ${new URL(url).host}: ${reason}`, { cause });
  }
}
