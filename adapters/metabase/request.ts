/** One HTTP request to a Metabase server, and what went wrong in words that say what to do. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Creating a card runs its query once, to learn its columns. */
const TIMEOUT_MS = 60_000;
const LONGEST_SNIPPET = 300;
const BUSY = new Set([408, 429, 502, 503, 504]);

/** Of GET and PUT only: both say the same thing twice. A POST that is sent again may make a second one. */
const RETRY_AFTER_MS = [500, 1_000, 2_000];

export type Credential = { apiKey: string } | { session: string };

export interface Server {
  /** Where Metabase is reached, with its path if it has one, without a slash at the end. */
  url: string;
  /** Undefined: only what anybody may ask. */
  credential?: Credential;
}

/** What the server answered, when it is no success. */
export class MetabaseError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'MetabaseError';
    this.status = status;
  }
}

/** The server could not be asked at all. */
class MetabaseUnreachable extends Error {
  override readonly name = 'MetabaseUnreachable';
}

/**
 * @param path from `/api/` on
 * @returns the body as JSON; undefined where there is none
 * @throws MetabaseError, MetabaseUnreachable
 */
export async function request(
  server: Server,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<unknown> {
  const waits = method === 'GET' || method === 'PUT' ? RETRY_AFTER_MS : [];
  for (const wait of waits) {
    try {
      return await attempt(server, method, path, body);
    } catch (error) {
      const isBusy = error instanceof MetabaseError && BUSY.has(error.status);
      if (!isBusy && !(error instanceof MetabaseUnreachable)) throw error;
      await sleep(wait);
    }
  }
  return attempt(server, method, path, body);
}

async function attempt(
  { url, credential }: Server,
  method: string,
  path: string,
  body: object | undefined,
): Promise<unknown> {
  const what = `${method} ${path}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...credentialHeader(credential),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Never followed: the key would go to an address that nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new MetabaseUnreachable(
      `there is no answer from ${url} (${networkReason(error)}): is this the address of Metabase, and does it run?`,
      { cause: error },
    );
  }
  if (response.status >= 300 && response.status < 400) {
    throw new MetabaseError(
      response.status,
      `${url} sends on to ${response.headers.get('location') ?? 'somewhere else'}: use the address that Metabase itself answers at`,
    );
  }
  if (!response.ok) {
    throw new MetabaseError(response.status, explain(what, url, response.status, text));
  }
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new MetabaseError(
      response.status,
      `${url} answers ${what} with something that is not JSON: is this the address of Metabase?`,
    );
  }
}

function credentialHeader(credential: Credential | undefined): Record<string, string> {
  if (credential === undefined) return {};
  return 'apiKey' in credential
    ? { 'x-api-key': credential.apiKey }
    : { 'x-metabase-session': credential.session };
}

function explain(what: string, url: string, status: number, text: string): string {
  const said = message(text);
  switch (status) {
    case 401:
      return `${url} does not accept the API key: make one in Metabase under Admin settings, Authentication, API keys, for the group Administrators`;
    case 403:
      return `${url} refuses ${what} to this API key: it needs one of the group Administrators`;
    default:
      return `${url} answers ${what} with ${status}${said === '' ? '' : `: ${said}`}`;
  }
}

/** Of `{"message"}`, `{"errors":{field:text}}` or plain text. */
function message(text: string): string {
  let said = text;
  try {
    const { message: sentence, errors } = JSON.parse(text) as {
      message?: unknown;
      errors?: unknown;
    };
    if (typeof sentence === 'string') said = sentence;
    else if (errors !== undefined) said = JSON.stringify(errors);
  } catch {
    // Not JSON: a sentence of Metabase, or the page of a proxy.
  }
  return said.replace(/\s+/g, ' ').trim().slice(0, LONGEST_SNIPPET).toWellFormed();
}

/** The code alone: the message of a network error may quote the address with its password. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'network error';
  if (error.name === 'TimeoutError') return `within ${TIMEOUT_MS / 1_000} s`;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
