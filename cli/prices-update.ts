/** `tricost prices update`: what a release of the catalogue changes, shown, then added as new dated rows. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Client } from 'pg';
import { addPriceList, readPriceList } from '../adapters/postgres/price-list.ts';
import { builtInPrices } from '../domain/pricing/built-in-prices.ts';
import { catalogueRelease } from '../domain/pricing/catalogue-release.ts';
import { comparePriceLists, rowsToAdd } from '../domain/pricing/compare-price-lists.ts';
import type { PriceList } from '../domain/pricing/price-list.ts';
import { isConfirmed } from './confirmed.ts';
import { parseBeginning } from './instant.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { priceArrived } from './price-arrival.ts';
import { changesAsJson, printChanges } from './prices-update-report.ts';

interface UpdateOptions extends OwnerDatabaseOptions {
  catalogue?: string;
  validFrom?: string;
  source?: string;
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
      .option('--valid-from <time>', 'of prices without a date (default: today)', parseBeginning)
      .option('--yes', 'add it, do not ask')
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Without --yes, and where nobody can be asked, it only says what it would do. The catalogue is that of
https://github.com/pydantic/genai-prices, prices/new_data/v2/data.json: fetch the release you reviewed; nothing is fetched here.
A changed price without a date holds from --valid-from on. What the release lists no longer stays.

Examples:
  $ npx tricost prices update
  $ npx tricost prices update --catalogue data.json --source 'genai-prices 0.1.9'
  $ npx tricost prices update --catalogue data.json --valid-from 2026-12-01 --yes --json --aws`,
    )
    .action((options: UpdateOptions) =>
      withOwner(options, 'tricost prices', (client) => update(client, options)),
    );
}

async function update(client: Client, options: UpdateOptions): Promise<void> {
  const { list, problems } = listed(options);
  const validFrom = options.validFrom ?? `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
  const changes = comparePriceLists(await readPriceList(client), list, validFrom);
  const rows = rowsToAdd(changes);
  const isNothing = rows.prices.length + rows.names.length === 0;
  if (options.json !== true) printChanges(changes, problems);
  const isWanted =
    !isNothing &&
    (options.yes === true ||
      (await isConfirmed('Add these? Rows cannot be taken back, only corrected.', options)));
  if (isWanted) await addPriceList(client, rows);
  if (options.json === true) {
    const repriced = isWanted ? await priceArrived(client, options) : undefined;
    console.log(JSON.stringify({ added: isWanted, ...changesAsJson(changes), problems, repriced }));
    return;
  }
  if (isNothing) console.log('The price list is up to date.');
  else if (isWanted) {
    console.log(`${rows.prices.length} prices and ${rows.names.length} names added.`);
    await priceArrived(client, options);
    console.log('Calls that have a cost keep it: `tricost reprice` brings them up to the list.');
  } else console.log('Nothing was added: add --yes to do it.');
}

/** @throws Error when the file is not a catalogue */
function listed({ catalogue, source }: UpdateOptions): { list: PriceList; problems: string[] } {
  if (catalogue === undefined) {
    if (source !== undefined)
      throw new Error('--source is for a --catalogue: this list has its own');
    return { list: builtInPrices(), problems: [] };
  }
  const text = readFileSync(catalogue, 'utf8');
  try {
    return catalogueRelease(text, source ?? `genai-prices, ${basename(catalogue)}`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${catalogue} is not a catalogue of genai-prices that can be read: ${why}; take prices/new_data/v2/data.json of a release`,
      { cause },
    );
  }
}
