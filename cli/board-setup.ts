/** `tricost board setup`: the first user of a new Metabase, and a key for `tricost board apply`. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Metabase } from '../adapters/metabase/metabase.ts';
import { MetabaseError } from '../adapters/metabase/request.ts';
import { propertiesWhenReady } from '../board/provision/ready.ts';
import { checkRelease } from '../board/provision/release.ts';
import { type MetabaseOptions, metabaseAt, say, URL_HELP } from './board-metabase.ts';
import { interruptible } from './interruptible.ts';

type SetupOptions = MetabaseOptions & { email: string };

interface Made {
  email: string;
  /** Only one that was made up here. */
  password?: string;
  api_key?: string;
}

/** In every Metabase. */
const ADMINISTRATORS = 2;
const KEY_NAME = 'tricost board';

export function defineSetup(board: Command): void {
  board
    .command('setup')
    .description('make the first user of a new Metabase, and an API key')
    .requiredOption('--email <address>', 'of the administrator')
    .option('--url <url>', URL_HELP)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
The password is read from METABASE_PASSWORD; without one, a new instance gets a random one, which is printed. On an instance that is
set up already, the administrator of --email and METABASE_PASSWORD makes the key. Metabase shows a key once: it is printed here and
stored nowhere.

Examples:
  $ npx tricost board setup --url http://localhost:3000 --email ops@example.com
  $ METABASE_PASSWORD=... npx tricost board setup --url https://metabase.example.com --email ops@example.com --json`,
    )
    .action((options: SetupOptions) => interruptible((stopped) => setUp(options, stopped)));
}

async function setUp(options: SetupOptions, stopped: AbortSignal): Promise<void> {
  const metabase = metabaseAt(options);
  const properties = await propertiesWhenReady(metabase, { report: say, stopped });
  const warning = checkRelease(properties.version.tag);
  if (warning !== undefined) say(warning);
  const given = process.env['METABASE_PASSWORD'] || undefined;
  const password = given ?? randomPassword();
  const token = properties['has-user-setup'] ? null : properties['setup-token'];
  const session =
    token === null
      ? await signIn(metabase, options.email, given)
      : await metabase.setUp({
          token,
          user: { first_name: 'tricost', last_name: 'admin', email: options.email, password },
          prefs: { site_name: 'tricost' },
        });
  const isNew = token !== null && given === undefined;
  const made: Made = { email: options.email, ...(isNew ? { password } : {}) };
  try {
    made.api_key = await createKey(metabaseAt(options, { session: session.id }));
  } finally {
    // Also when there is no key: nobody could sign in without the password.
    if (Object.keys(made).length > 1) printMade(made, options);
  }
}

/** @throws Error with what to do */
async function signIn(
  metabase: Metabase,
  email: string,
  password: string | undefined,
): Promise<{ id: string }> {
  if (password === undefined) {
    throw new Error(
      `${metabase.url} is set up already: set METABASE_PASSWORD to that of the administrator ${email}, or make a key in Metabase under Admin settings, Authentication, API keys`,
    );
  }
  try {
    return await metabase.signIn(email, password);
  } catch (error) {
    if (!(error instanceof MetabaseError) || ![400, 401].includes(error.status)) throw error;
    throw new Error(
      `${metabase.url} does not know ${email} with the password of METABASE_PASSWORD`,
      {
        cause: error,
      },
    );
  }
}

async function createKey(metabase: Metabase): Promise<string> {
  try {
    const { unmasked_key } = await metabase.createApiKey({
      name: KEY_NAME,
      group_id: ADMINISTRATORS,
    });
    return unmasked_key;
  } catch (error) {
    if (!(error instanceof MetabaseError) || error.status !== 400) throw error;
    throw new Error(
      `no key was made (${error.message}): if there is one named "${KEY_NAME}" already, use it, or delete it in Metabase under Admin settings, Authentication, API keys`,
      { cause: error },
    );
  }
}

/** With a digit and both cases, which the strictest rule of Metabase asks for. */
function randomPassword(): string {
  return `Aa1-${randomBytes(18).toString('base64url')}`;
}

function printMade(made: Made, { json }: SetupOptions): void {
  if (json === true) {
    console.log(JSON.stringify(made));
    return;
  }
  if (made.password !== undefined) console.log(`METABASE_PASSWORD=${made.password}`);
  if (made.api_key !== undefined) console.log(`METABASE_API_KEY=${made.api_key}`);
  say('Keep this where you keep secrets: it is shown no second time.');
}
