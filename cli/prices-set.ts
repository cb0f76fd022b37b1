/** `tricost prices set`: a negotiated price, or one that the list lacks, from a date on. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Client } from 'pg';
import { addPriceList, readPriceList } from '../adapters/postgres/price-list.ts';
import { leavesSmallCallsOut } from '../domain/pricing/contract-gap.ts';
import { modelsNear } from '../domain/pricing/models-near.ts';
import { isOfNamedRegion, PriceBook, priceKey } from '../domain/pricing/price-book.ts';
import {
  DAY_MINUTES,
  PRICE_UNITS,
  type PriceList,
  type PriceRow,
  type PriceUnit,
  SERVICE_TIERS,
  type ServiceTier,
} from '../domain/pricing/price-list.ts';
import { priceListProvider } from '../domain/pricing/provider-names.ts';
import { servedTier } from '../domain/pricing/served-tier.ts';
import { parseBeginning } from './instant.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { priceArrived } from './price-arrival.ts';
import { priceAsJson } from './price-as-json.ts';
import { modifiers, perName, shortened } from './price-lines.ts';
import { printable } from './printable.ts';

interface SetOptions extends OwnerDatabaseOptions {
  provider: string;
  model: string;
  unit: PriceUnit[];
  price?: string[];
  end?: boolean;
  tier: ServiceTier;
  region: string;
  above: number;
  validFrom: string;
  source: string;
  newModel?: boolean;
  json?: boolean;
}

const MAX_TOKENS = 2_000_000_000;

export function defineSet(prices: Command): void {
  const units = Object.keys(PRICE_UNITS);
  ownerOptions(
    prices
      .command('set')
      .description('add a contracted price, which takes the place of the listed one from a date on')
      .requiredOption('--provider <name>', 'as in events')
      .requiredOption('--model <name>', 'as the price list names it')
      .addOption(
        new Option('--unit <name...>', 'what is billed: all that have a price, at once')
          .choices(units)
          .makeOptionMandatory(),
      )
      .option(
        '--price <usd...>',
        'US dollars for a million tokens, or a thousand searches; one for each unit, in their order',
        parsePrices,
      )
      .option('--end', 'no contracted price from then on: the listed one holds again')
      .addOption(
        new Option('--tier <name>', 'service tier').choices(SERVICE_TIERS).default('standard'),
      )
      .option(
        '--region <name>',
        "in the provider's words; '*': in every region that the list does not name; left out: there and where none is said",
        '',
      )
      .option('--above <tokens>', 'for calls with more input than this', parseTokens, 0)
      .requiredOption('--valid-from <time>', 'a date (00:00 UTC) or RFC 3339', parseBeginning)
      .requiredOption('--source <text>', 'where the price is written: a contract, an address')
      .option('--new-model', 'the model is not in the price list yet')
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Enter all units of a model in one command: stored calls without a price get theirs right after it, and keep it. With some of the
units only, cached input would be priced as input.

Rows are added, never changed. Another price with the same --valid-from corrects the first. Stored calls without a
price get theirs at once; those that have a cost keep it until \`tricost reprice\`.

Examples:
  $ npx tricost prices set --provider openai --model gpt-5 --unit input cache_read output --price 1.10 0.11 8 \\
      --valid-from 2026-12-01 --source 'order form 4711'
  $ npx tricost prices set --provider openai --model gpt-5 --unit input --end --valid-from 2027-12-01 --source 'order form 4711'
  $ npx tricost prices set --provider openai --model ft:gpt-4.1-2025-04-14:acme::9XyZ12ab --unit input output --price 3 12 --new-model \\
      --valid-from 2026-01-01 --source https://platform.openai.com/docs/pricing`,
    )
    .action((options: SetOptions) =>
      withOwner(options, 'tricost prices', (client) => set(client, options)),
    );
}

function parsePrices(text: string, before: readonly string[] = []): string[] {
  if (!/^\d{1,8}(?:\.\d{1,20})?$/.test(text)) {
    throw new InvalidArgumentError(
      'a price is a decimal number of US dollars, 0 or more: 1.25 (of a million tokens, or a thousand searches or requests)',
    );
  }
  return [...before, text];
}

function parseTokens(text: string): number {
  const tokens = Number(text.replaceAll('_', ''));
  if (!/^[\d_]+$/.test(text) || tokens > MAX_TOKENS) {
    throw new InvalidArgumentError(`a whole number of tokens up to ${MAX_TOKENS}: 200_000`);
  }
  return tokens;
}

async function set(client: Client, options: SetOptions): Promise<void> {
  const rows = rowsOf(options);
  const { prices, names } = await readPriceList(client);
  for (const row of rows) check(row, { prices, names }, options);
  const added = await addPriceList(client, { prices: rows, names: [] });
  const apart = regionsApart(rows, { prices, names });
  if (options.json === true) {
    const repriced = added.prices > 0 ? await priceArrived(client, options) : null;
    const said = { added: added.prices > 0, prices: rows.map(priceAsJson), regions_apart: apart };
    console.log(JSON.stringify({ ...said, repriced }));
    return;
  }
  if (added.prices === 0) console.log('nothing to add: the price list says so already');
  else for (const row of rows) console.log(lineOf(row));
  if (apart.length > 0) {
    console.log(
      `Calls in ${apart.map(printable).join(', ')} keep the list price that the model has there: enter the price again with --region for it to hold there, too.`,
    );
  }
  if (added.prices > 0) await priceArrived(client, options);
  if (added.prices > 0 && Date.parse(options.validFrom) < Date.now()) {
    console.log('Calls since then that have a cost keep it until `tricost reprice`.');
  }
}

/** @throws Error for a row that would be a slip */
function check(row: PriceRow, { prices, names }: PriceList, options: SetOptions): void {
  const isKnown = prices.some(
    ({ provider, model }) => provider === row.provider && model === row.model,
  );
  const other = names.findLast(
    ({ match, provider, name }) =>
      match === 'exact' && provider === row.provider && name === row.model,
  );
  const leads = other && `it is a name of ${other.modelProvider} ${other.model}`;
  if (!isKnown && options.newModel !== true) {
    throw new Error(
      `the price list has no ${row.provider} ${row.model} (${leads ?? modelsNear(prices, row.provider, row.model)}); if it shall have prices of its own, add --new-model`,
    );
  }
  if (row.priceUsd === null && !prices.some((other) => isContractOf(other, row))) {
    throw new Error(
      'there is no contracted price of that model, unit, tier, region and size to end',
    );
  }
  if (leavesSmallCallsOut(prices, row)) {
    throw new Error(
      'the contract would have a price for large calls and none for small ones, which would be unpriced: without --above first, and end it last',
    );
  }
}

/** Regions whose own list price goes before a contract that does not name them, whatever the name leads to. */
function regionsApart(rows: readonly PriceRow[], { prices, names }: PriceList): string[] {
  const book = new PriceBook({ prices: [...prices, ...rows], names });
  const regions = [...new Set(prices.filter(isOfNamedRegion).map(({ region }) => region))];
  const isApart = (region: string, { provider, model, serviceTier, unit, ...row }: PriceRow) =>
    [Date.parse(row.validFrom), Math.max(Date.parse(row.validFrom), Date.now())].some((atMs) => {
      const at = new Date(atMs);
      const rates = book.ratesFor({ provider, model, serviceTier, region, at });
      const here = typeof rates === 'string' ? [] : (rates.units.get(unit) ?? []);
      return row.priceUsd !== null && here.some((rate) => isOfNamedRegion(rate.row));
    });
  return regions.filter((region) => rows.some((row) => isApart(region, row)));
}

function lineOf(row: PriceRow): string {
  const what = [row.unit, ...modifiers(row)].map(printable).join(', ');
  const price = row.priceUsd === null ? 'ends' : `$${row.priceUsd} per ${perName(row)}`;
  return `${printable(row.provider)} ${printable(row.model)}: ${what}: ${price} from ${shortened(row.validFrom)} on`;
}

/** @throws Error for flags that do not go together */
function rowsOf(options: SetOptions): PriceRow[] {
  if (options.price !== undefined && options.price.length !== options.unit.length) {
    throw new Error('give one --price for each --unit, in their order');
  }
  if (new Set(options.unit).size < options.unit.length) throw new Error('a --unit is given twice');
  if ((options.price === undefined) === (options.end !== true)) {
    throw new Error('give a --price, or --end to end the contracted one');
  }
  const [provider, model, source] = [
    priceListProvider(options.provider.trim()),
    options.model.trim().toLowerCase(),
    options.source.trim(),
  ];
  if (provider === '' || model === '' || source === '') {
    throw new Error('--provider, --model and --source must say something');
  }
  return options.unit.map((unit, index) => ({
    ...{ id: 0, kind: 'contracted' as const, revision: 1, provider, model, source },
    unit,
    // As calls say it: OpenAI's fast tier is its priority tier.
    serviceTier:
      servedTier({ provider: options.provider, serviceTier: options.tier }) ?? options.tier,
    region: options.region.trim().toLowerCase(),
    aboveInputTokens: options.above,
    fromMinute: 0,
    untilMinute: DAY_MINUTES,
    validFrom: options.validFrom,
    priceUsd: options.price?.[index] ?? null,
  }));
}

function isContractOf(other: PriceRow, row: PriceRow): boolean {
  return priceKey(other) === priceKey(row) && other.priceUsd !== null;
}
