/** `tricost price`: what a usage object costs by the built-in price list. Talks to nothing. */

import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { isObject, type JsonObject } from '../domain/json.ts';
import { formatPicoUsd, type PicoUsd } from '../domain/money.ts';
import { builtInPriceBook, builtInPrices } from '../domain/pricing/built-in-prices.ts';
import type { NoPrice, Price } from '../domain/pricing/price-call.ts';
import { type AskedCall, priceUsage } from '../domain/pricing/price-usage.ts';
import { whyUnpriced } from '../domain/pricing/why-unpriced.ts';
import { type ReadUsage, readUsage } from '../domain/usage/read-usage.ts';
import { columns } from './columns.ts';
import { parseInstant } from './instant.ts';
import { linesAsJson, matched, matchedAsJson, printLines } from './price-lines.ts';
import { printable } from './printable.ts';

interface PriceOptions {
  provider: string;
  model: string;
  usage: string;
  at?: Date;
  tier?: string;
  region?: string;
  batch?: boolean;
  json?: boolean;
}

const UNPRICED_EXIT_CODE = 3;

export function define(command: Command): void {
  command
    .requiredOption('--provider <name>', 'who served the call, as in events: anthropic, openai, …')
    .requiredOption('--model <name>', 'the model that answered')
    .requiredOption('--usage <json>', "the provider's usage object, as it came; - reads it")
    .option('--at <time>', 'when the call began: a date (00:00 UTC) or RFC 3339', parseInstant)
    .option('--tier <name>', 'service tier, where the usage object does not say it')
    .option('--region <name>', 'where it was served, where the usage object does not say it')
    .option('--batch', 'it was part of a batch')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
By the price list of this release, not by a database: contracted prices and names of your own are not in it. Without --at, as
of now. Exits 0 when there is a cost, 3 when there is none (and says why), 1 for input that cannot be read.

Examples:
  $ npx tricost price --provider openai --model gpt-5 --usage '{"prompt_tokens":1000,"completion_tokens":200}'
  $ npx tricost price --provider anthropic --model claude-sonnet-4-5 --batch --at 2026-01-31 \\
      --usage '{"input_tokens":10,"output_tokens":500,"cache_read_input_tokens":90000}'
  $ jq .usage response.json | npx tricost price --provider openai --model gpt-5 --usage - --json | jq -r .cost_usd`,
    )
    .action(price);
}

function price(options: PriceOptions): void {
  const read = readUsageObject(options.usage, options.provider);
  const asked: AskedCall = {
    provider: named(options.provider, '--provider'),
    model: named(options.model, '--model'),
    at: options.at ?? new Date(),
    serviceTier: options.tier,
    region: options.region,
    batch: options.batch,
  };
  const priced = priceUsage(builtInPriceBook(), asked, read);
  const call = { ...asked, ...read.served };
  if (options.json === true) console.log(JSON.stringify(asJson(priced, call, read)));
  else {
    if (read.statedCost !== undefined) printStated(read.statedCost);
    if (priced.priceStatus === 'unpriced') printNoPrice(priced, call);
    else printPrice(priced, call);
  }
  const hasCost = read.statedCost !== undefined || priced.priceStatus !== 'unpriced';
  if (!hasCost) process.exitCode = UNPRICED_EXIT_CODE;
}

/** @throws Error with what is wrong with it */
function readUsageObject(argument: string, provider: string): ReadUsage {
  const raw = parseUsage(argument === '-' ? readFileSync(0, 'utf8') : argument);
  const read = readUsage(raw, provider);
  if (read === undefined) {
    throw new Error(
      '--usage has no count that tricost knows; it is the `usage` (or `usageMetadata`) of a response, not the response: see docs/reference/event-contract.md',
    );
  }
  return read;
}

function parseUsage(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`--usage is not JSON (${printable(why)}); quote it for the shell, or pass -`, {
      cause,
    });
  }
  if (!isObject(value)) throw new Error('--usage must be a JSON object');
  return value;
}

/** An empty variable of a shell is no name. */
function named(name: string, flag: string): string {
  if (name.trim() === '') throw new Error(`${flag} is empty`);
  return name;
}

function asJson(
  priced: Price | NoPrice,
  call: AskedCall,
  { usage, statedCost }: ReadUsage,
): object {
  const stated = statedCost === undefined ? undefined : formatPicoUsd(statedCost);
  const asked = {
    provider: call.provider,
    model: call.model,
    at: call.at.toISOString(),
    service_tier: call.serviceTier ?? null,
    region: call.region ?? null,
    batch: call.batch ?? null,
    usage,
  };
  if (priced.priceStatus !== 'unpriced') {
    const computed = formatPicoUsd(priced.cost);
    return {
      cost_usd: stated ?? computed,
      price_status: stated === undefined ? priced.priceStatus : 'provider',
      ...(stated === undefined ? {} : { computed_cost_usd: computed }),
      lines: linesAsJson(priced.lines),
      matched: matchedAsJson(priced),
      ...asked,
    };
  }
  const { what, toDo } = whyUnpriced(priced, call, builtInPrices().prices);
  return {
    cost_usd: stated ?? null,
    price_status: stated === undefined ? 'unpriced' : 'provider',
    lines: [],
    reason: priced.reason,
    ...(priced.unit === undefined ? {} : { unit: priced.unit }),
    ...(priced.unreadKeys === undefined ? {} : { unread_keys: priced.unreadKeys }),
    what,
    to_do: toDo,
    ...asked,
  };
}

/** As ingest keeps it: what the provider says it charged is the cost, and ours stands beside it. */
function printStated(cost: PicoUsd): void {
  console.log(
    `${styleText('green', `$${formatPicoUsd(cost)}`)}  provider: stated in the usage; by the price list:`,
  );
}

function printPrice(priced: Price, call: AskedCall): void {
  console.log(`${styleText('green', `$${formatPicoUsd(priced.cost)}`)}  ${priced.priceStatus}`);
  printLines(priced.lines);
  console.log('');
  printCall(call, matched(priced));
}

function printNoPrice(priced: NoPrice, call: AskedCall): void {
  const { what, toDo } = whyUnpriced(priced, call, builtInPrices().prices);
  console.log(`${styleText('yellow', 'no price')}  ${priced.reason}: ${printable(what)}`);
  console.log(`          ${printable(toDo)}`);
}

function printCall({ at, serviceTier, region, batch }: AskedCall, found: string): void {
  const facts = [
    ['prices of', found],
    ['as of', at.toISOString()],
    ...(serviceTier === undefined ? [] : [['tier', printable(serviceTier)]]),
    ...(region === undefined ? [] : [['region', printable(region)]]),
    ...(batch === true ? [['batch', 'yes']] : []),
  ];
  for (const line of columns(facts)) console.log(`  ${line}`);
}
