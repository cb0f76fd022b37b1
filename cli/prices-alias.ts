/** `tricost prices alias`: a name of your own for a model of the list: a deployment, an inference profile. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from 'pg';
import { addPriceList, readHeldPriceList } from '../adapters/postgres/price-list.ts';
import { type HeldPriceList, isByHand } from '../domain/pricing/compare-price-lists.ts';
import { knownIds } from '../domain/pricing/model-ids.ts';
import { modelsNear } from '../domain/pricing/models-near.ts';
import { PriceBook } from '../domain/pricing/price-book.ts';
import type { ModelName, PriceList } from '../domain/pricing/price-list.ts';
import { priceListProvider } from '../domain/pricing/provider-names.ts';
import { BEFORE_ANY_CALL, parseBeginning } from './instant.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { priceArrived } from './price-arrival.ts';
import { nameAsJson } from './price-as-json.ts';
import { printable } from './printable.ts';

interface AliasOptions extends OwnerDatabaseOptions {
  provider: string;
  name: string;
  to: Target;
  validFrom?: string;
  source: string;
  json?: boolean;
}

interface Target {
  provider: string;
  model: string;
}

export function defineAlias(prices: Command): void {
  ownerOptions(
    prices
      .command('alias')
      .description('say whose prices hold for a name: a deployment, an inference profile, a model')
      .requiredOption('--provider <name>', 'of the name, as in events')
      .requiredOption('--name <name>', 'the model as events call it')
      .requiredOption('--to <provider/model>', 'whose prices hold for it', parseTarget)
      .option(
        '--valid-from <time>',
        'a date (00:00 UTC) or RFC 3339 (default: it holds for all calls)',
        parseBeginning,
      )
      .option('--source <text>', 'who says so, or where it is written', '`tricost prices alias`')
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Calls of that name are then \`inferred\`, not \`priced\`. Without --valid-from it holds for all calls and takes the place of every
dated alias of the name; with one, from then on, which is how a deployment moves to another model. It goes before what the list itself says of the name.

Examples:
  $ npx tricost prices alias --provider azure --name my-deployment --to openai/gpt-5
  $ npx tricost prices alias --provider azure --name my-deployment --to openai/gpt-5.1 --valid-from 2026-12-01
  $ npx tricost prices alias --provider aws.bedrock --to aws/anthropic.claude-opus-4-6-v1 \\
      --name arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123`,
    )
    .action((options: AliasOptions) =>
      withOwner(options, 'tricost prices', (client) => alias(client, options)),
    );
}

function parseTarget(text: string): Target {
  const slash = text.indexOf('/');
  const [provider, model] = [text.slice(0, slash).trim(), text.slice(slash + 1).trim()];
  if (slash === -1 || provider === '' || model === '') {
    throw new InvalidArgumentError('a model of the list is provider/model: openai/gpt-5');
  }
  return { provider, model };
}

async function alias(client: Client, options: AliasOptions): Promise<void> {
  const list = await readHeldPriceList(client);
  const target = targetOf(list, options);
  const provider = priceListProvider(options.provider.trim());
  const [name = ''] = knownIds(provider, options.name);
  const source = options.source.trim();
  if (provider === '' || name === '' || source === '') {
    throw new Error('--provider, --name and --source must say something');
  }
  const row: ModelName = {
    ...{ provider, name, match: 'exact', modelProvider: target.provider, model: target.model },
    ...{ priceStatus: 'inferred', validFrom: options.validFrom ?? BEFORE_ANY_CALL, source },
  };
  const later = beginningsAfter(row, list, { isDated: options.validFrom !== undefined });
  const names = [row, ...later.map((validFrom) => ({ ...row, validFrom }))];
  const added = await addPriceList(client, { prices: [], names });
  if (options.json === true) {
    const repriced = added.names > 0 ? await priceArrived(client, options) : null;
    console.log(JSON.stringify({ added: added.names > 0, ...nameAsJson(row), repriced }));
    return;
  }
  const says = `${printable(provider)} ${printable(name)} has the prices of ${target.provider} ${target.model}`;
  console.log(added.names === 0 ? `nothing to add: ${says} already` : says);
  if (added.names > 0) {
    await priceArrived(client, options);
    console.log('Calls that have a cost keep it: `tricost reprice` brings them up to this.');
  }
}

/**
 * When the name began to lead anywhere else, and shall not have. Without a date the new one holds for all calls; with one, until the next
 * that somebody entered, whatever releases said meanwhile.
 */
function beginningsAfter(
  row: ModelName,
  { names }: HeldPriceList,
  { isDated }: { isDated: boolean },
): string[] {
  const later = names.filter(
    ({ provider, name, match, validFrom }) =>
      match === row.match &&
      provider === row.provider &&
      name === row.name &&
      validFrom > row.validFrom,
  );
  const next = isDated ? later.find(isByHand)?.validFrom : undefined;
  const taken = later.filter(({ validFrom }) => next === undefined || validFrom < next);
  return [...new Set(taken.map(({ validFrom }) => validFrom))];
}

/**
 * Of that id, or the one that the name stands for.
 *
 * @throws Error that says which there are
 */
function targetOf(list: PriceList, { to, validFrom }: AliasOptions): Target {
  const own = { provider: priceListProvider(to.provider), model: to.model.toLowerCase() };
  const isOwn = list.prices.some(
    ({ provider, model }) => provider === own.provider && model === own.model,
  );
  if (isOwn) return own;
  const at = new Date(Math.max(Date.now(), Date.parse(validFrom ?? BEFORE_ANY_CALL)));
  const rates = new PriceBook(list).ratesFor({ ...to, serviceTier: 'standard', region: '', at });
  if (typeof rates === 'object') return { provider: rates.provider, model: rates.model };
  throw new Error(
    `the price list has no price of ${to.provider} ${to.model} to lead to: ${modelsNear(list.prices, to.provider, to.model)}`,
  );
}
