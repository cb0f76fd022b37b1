/** `tricost prices list`: what holds now, and what will. */
import type { Command } from 'commander';
import {
  currentPrices,
  type PriceOfList,
  readHeldPriceList,
} from '../adapters/postgres/price-list.ts';
import { type HeldPriceList, isByHand } from '../domain/pricing/compare-price-lists.ts';
import { modelsNear } from '../domain/pricing/models-near.ts';
import type { ModelName, PriceList } from '../domain/pricing/price-list.ts';
import { priceListProvider } from '../domain/pricing/provider-names.ts';
import { columns } from './columns.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { nameAsJson, priceAsJson } from './price-as-json.ts';
import { modifiers, perName, shortened, since } from './price-lines.ts';
import { printable } from './printable.ts';

interface ListOptions extends OwnerDatabaseOptions {
  provider?: string;
  model?: string;
  json?: boolean;
}

export function defineList(prices: Command): void {
  ownerOptions(
    prices
      .command('list')
      .description(
        'list the prices that hold now and those that will, and the names that lead to them',
      )
      .option('--provider <name>', 'of this provider only')
      .option('--model <name>', 'of this model only')
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ npx tricost prices list --provider anthropic
  $ npx tricost prices list --model gpt-5 --json | jq '.prices[] | select(.kind == "contracted")'`,
    )
    .action(list);
}

function list(options: ListOptions): Promise<void> {
  const filter = {
    ...(options.provider === undefined ? {} : { provider: priceListProvider(options.provider) }),
    ...(options.model === undefined ? {} : { model: options.model.trim().toLowerCase() }),
  };
  return withOwner(options, 'tricost prices', async (client) => {
    const prices = await currentPrices(client, filter);
    const whole = await readHeldPriceList(client);
    const names = namesFor(whole, filter);
    if (prices.length === 0 && names.length === 0) throw new Error(nothing(whole, filter));
    if (options.json === true) {
      console.log(
        JSON.stringify({
          prices: prices.map((row) => ({
            id: row.id,
            revision: row.revision,
            valid_until: row.validUntil,
            ...priceAsJson(row),
          })),
          names: names.map(nameAsJson),
        }),
      );
      return;
    }
    print(prices, names);
  });
}

/** Those that lead to a model that was asked for; else those that were entered by hand. */
function namesFor(
  { names }: HeldPriceList,
  { provider, model }: { provider?: string; model?: string },
): ModelName[] {
  return names
    .filter((name) => provider === undefined || name.provider === provider)
    .filter((name) => (model === undefined ? isByHand(name) : leadsTo(name, model)));
}

/** Families of all names of a provider say nothing of one model. */
function leadsTo({ match, name, model }: ModelName, asked: string): boolean {
  if (match === 'exact') return model === asked || name === asked;
  return name !== '' && (asked.startsWith(model) || asked.startsWith(name));
}

function nothing(
  { prices }: PriceList,
  { provider, model }: { provider?: string; model?: string },
): string {
  if (prices.length === 0) {
    return 'the price list is empty: it is filled when the stack is deployed, or by `tricost prices update --yes`';
  }
  const near = modelsNear(prices, provider, model ?? '');
  return `there is no price of ${[provider, model].filter(Boolean).join(' ')}: ${near}`;
}

function print(prices: readonly PriceOfList[], names: readonly ModelName[]): void {
  const rows = prices.map((row) => [
    printable(row.provider),
    printable(row.model),
    row.unit,
    row.priceUsd === null ? 'no price' : `$${row.priceUsd} per ${perName(row)}`,
    [...modifiers(row), since(row), ...until(row), printable(row.source)].join(', '),
  ]);
  for (const line of columns(rows)) console.log(line);
  if (names.length > 0) console.log('\nNames:');
  const named = names.map((name) => [
    `  ${printable(name.provider)} ${printable(name.name)}${name.match === 'family' ? '…' : ''}`,
    `has the prices of ${printable(name.modelProvider)} ${printable(name.model)}${name.match === 'family' ? '…' : ''}`,
    [name.priceStatus, since(name), printable(name.source)].join(', '),
  ]);
  for (const line of columns(named)) console.log(line);
}

function until({ validUntil }: PriceOfList): string[] {
  return validUntil === null ? [] : [`until ${shortened(validUntil)}`];
}
