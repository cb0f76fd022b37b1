/** `tricost prices update`: what a release of the catalogue changes, shown, then added as new dated rows. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from 'pg';
import { addRelease, compareRelease } from '../adapters/postgres/price-releases.ts';
import { builtInRelease } from '../domain/pricing/built-in-prices.ts';
import { catalogueRelease } from '../domain/pricing/catalogue-release.ts';
import { rowsToAdd } from '../domain/pricing/compare-price-lists.ts';
import { digestOf, olderThanTaken, type PriceRelease } from '../domain/pricing/price-release.ts';
import { isConfirmed } from './confirmed.ts';
import { parseBeginning, parseDay } from './instant.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { priceArrived } from './price-arrival.ts';
import { changesAsJson, printChanges, takenAsJson } from './prices-update-report.ts';

interface UpdateOptions extends OwnerDatabaseOptions {
  catalogue?: string;
  validFrom?: string;
  source?: string;
  published?: Date;
  replaceEntered?: boolean;
  yes?: boolean;
  json?: boolean;
}

export function defineUpdate(prices: Command): void {
  ownerOptions(
    prices
      .command('update')
      .description('compare the database with a release of the catalogue, and add what is new')
      .option('--catalogue <file>', "the catalogue's JSON (default: the list of this release)")
      .option('--source <text>', "what the rows shall name (default: the file's name)")
      .option(
        '--published <date>',
        'when the catalogue was published (default: today)',
        parsePublished,
      )
      .option('--valid-from <time>', 'of prices without a date (default: today)', parseBeginning)
      .option('--replace-entered', 'also change prices and names that were entered by hand')
      .option('--yes', 'add it, do not ask')
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Without --yes, and where nobody can be asked, it only says what it would do. The catalogue is that of
https://github.com/pydantic/genai-prices, prices/new_data/v2/data.json: fetch the release you reviewed; nothing is fetched here.
A changed price without a date holds from --valid-from on. What the release lists no longer stays, and so does what was entered by
hand: contracts always, the rest unless --replace-entered is given.

A release that is older than the one that was added last changes nothing, here and on deploy. Say --published of a file that is not
the newest, so that a later release is known as one; to go back to an older file on purpose, do not.

Examples:
  $ npx tricost prices update
  $ npx tricost prices update --catalogue data.json --source 'genai-prices 0.1.9' --published 2026-10-10
  $ npx tricost prices update --catalogue data.json --valid-from 2026-12-01 --yes --json --aws`,
    )
    .action((options: UpdateOptions) =>
      withOwner(options, 'tricost prices', (client) => update(client, options)),
    );
}

function parsePublished(text: string): Date {
  const day = parseDay(text);
  // It would keep every release out until then.
  if (day > new Date()) throw new InvalidArgumentError('a catalogue is published by now');
  return day;
}

async function update(client: Client, options: UpdateOptions): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const { release, problems } = releaseOf(options, today);
  const how = {
    validFrom: options.validFrom ?? `${today}T00:00:00Z`,
    replaceEntered: options.replaceEntered === true,
    isDateOfHeld: options.validFrom !== undefined,
  };
  const { changes, newer } = await compareRelease(client, release, how);
  const rows = rowsToAdd(changes);
  const isNothing = rows.prices.length + rows.names.length === 0;
  if (options.json !== true && newer === undefined) printChanges(changes, problems);
  const isWanted =
    !isNothing &&
    (options.yes === true ||
      (await isConfirmed('Add these? Rows cannot be taken back, only corrected.', options)));
  // One that changes nothing is noted, too: an older one that comes later is then known as older.
  const isNoted = isWanted || (options.yes === true && newer === undefined);
  const added = isNoted ? (await addRelease(client, release, how)).added : undefined;
  if (options.json === true) {
    const repriced = isWanted ? await priceArrived(client, options) : null;
    const older_than = newer === undefined ? null : takenAsJson(newer);
    console.log(
      JSON.stringify({
        added: isWanted,
        older_than,
        ...changesAsJson(changes),
        problems,
        repriced,
      }),
    );
    return;
  }
  if (newer !== undefined) console.log(`${olderThanTaken(release, newer)}.`);
  else if (isNothing) console.log('The price list is up to date.');
  else if (added !== undefined) {
    console.log(`${added.prices} prices and ${added.names} names added.`);
    await priceArrived(client, options);
    console.log('Calls that have a cost keep it: `tricost reprice` brings them up to the list.');
  } else console.log('Nothing was added: add --yes to do it.');
}

/** @throws Error when the file is not a catalogue */
function releaseOf(
  { catalogue, source, published }: UpdateOptions,
  today: string,
): { release: PriceRelease; problems: string[] } {
  const builtIn = builtInRelease();
  if (catalogue === undefined) {
    if (source !== undefined || published !== undefined)
      throw new Error('--source and --published are for a --catalogue: this list has its own');
    return { release: builtIn, problems: [] };
  }
  const text = readFileSync(catalogue, 'utf8');
  const named = source ?? `genai-prices, ${basename(catalogue)}`;
  try {
    const { list, problems } = catalogueRelease(text, named);
    const release = {
      ...{ digest: digestOf(list), catalogue: named, list },
      published: published?.toISOString().slice(0, 10) ?? today,
      // Of the corrections, which are those of this tricost.
      revision: builtIn.revision,
    };
    return { release, problems };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${catalogue} is not a catalogue of genai-prices that can be read: ${why}; take prices/new_data/v2/data.json of a release`,
      { cause },
    );
  }
}
