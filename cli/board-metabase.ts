/** Which Metabase a command talks to, and as whom. */
import type { Command } from 'commander';
import { Metabase } from '../adapters/metabase/metabase.ts';
import type { Credential } from '../adapters/metabase/request.ts';
import { databaseBody } from '../board/provision/database-body.ts';
import { propertiesWhenReady } from '../board/provision/ready.ts';
import { checkRelease } from '../board/provision/release.ts';

export interface MetabaseOptions {
  url?: string;
  databaseUrl?: string;
  json?: boolean;
}

export const URL_HELP = 'where Metabase answers (default: METABASE_URL)';

export const ENVIRONMENT_HELP = `The API key is read from METABASE_API_KEY (or MB_API_KEY): one of the group Administrators, made in Metabase under Admin settings,
Authentication, API keys, or by \`tricost board setup\` on a new instance.`;

/** The options of the commands that compare a board with a Metabase. */
export function metabaseOptions(command: Command): Command {
  return command
    .option('--url <url>', URL_HELP)
    .option(
      '--database-url <url>',
      'how Metabase connects, as a login of role tricost_readonly (default: METABASE_DATABASE_URL, else as it does already)',
    )
    .option('--json', 'print one JSON object');
}

/** @throws Error with what to do, when no address or no key is given, or when no usable Metabase is there */
export async function connectMetabase(
  options: MetabaseOptions,
  stopped: AbortSignal,
): Promise<Metabase> {
  const metabase = metabaseAt(options, { apiKey: apiKey() });
  const { version } = await propertiesWhenReady(metabase, { report: say, stopped });
  const warning = checkRelease(version.tag);
  if (warning !== undefined) say(warning);
  return metabase;
}

/** @throws Error when no address is given, or none of a web server */
export function metabaseAt({ url: flag }: MetabaseOptions, credential?: Credential): Metabase {
  const text = flag ?? process.env['METABASE_URL'] ?? process.env['MB_URL'];
  if (text === undefined || text === '') {
    throw new Error('which Metabase? Give --url, or set METABASE_URL');
  }
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new Error('--url must be an address like https://metabase.example.com, without a login');
  }
  const at = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return new Metabase(credential === undefined ? { url: at } : { url: at, credential });
}

/** @throws Error when it is no URL of a login and a database */
export function metabaseDatabase({ databaseUrl: flag }: MetabaseOptions) {
  const url = flag ?? process.env['METABASE_DATABASE_URL'];
  return url === undefined || url === '' ? undefined : databaseBody(url);
}

/** On standard error, so that a JSON object stays one. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function apiKey(): string {
  const key = process.env['METABASE_API_KEY'] ?? process.env['MB_API_KEY'];
  if (key === undefined || key === '') {
    throw new Error(
      'METABASE_API_KEY is not set: make a key in Metabase under Admin settings, Authentication, API keys, for the group Administrators; `tricost board setup` makes one on a new instance',
    );
  }
  return key;
}
