/**
 * The request that a metered fetch hands on, so that another one beneath it does not count the call again. Only that request, and
 * only until it is answered: what was started meanwhile, a worker or a pool, goes on in the same context for other callers.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type FetchInit, type FetchInput, urlOf } from './llm-request.ts';

interface HandedOn {
  /** Undefined when it is answered. */
  url: string | undefined;
  /** Undefined where it is in a Request. */
  body: unknown;
}

const handedOn = new AsyncLocalStorage<HandedOn>();

/** @throws TypeError for what is no URL */
export function isHandedOn(input: FetchInput, init: FetchInit): boolean {
  const outer = handedOn.getStore();
  if (outer?.url === undefined || outer.url !== hrefOf(input)) return false;
  const body = init?.body ?? undefined;
  return body === undefined || outer.body === undefined || body === outer.body;
}

export async function handOn<Result>(
  input: FetchInput,
  init: FetchInit,
  run: () => Promise<Result>,
): Promise<Result> {
  const request: HandedOn = { url: hrefOf(input), body: init?.body ?? undefined };
  try {
    return await handedOn.run(request, run);
  } finally {
    // Whoever inherits the context keeps this, but not the body.
    request.url = undefined;
    request.body = undefined;
  }
}

function hrefOf(input: FetchInput): string {
  return new URL(urlOf(input)).href;
}
