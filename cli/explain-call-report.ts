/** What `tricost explain-call` says of a call. */
import { styleText } from 'node:util';
import type { FoundCall } from '../adapters/postgres/explain-call.ts';
import type { Explanation } from '../domain/explain-call/explain.ts';
import { formatPicoUsd, parsePicoUsd } from '../domain/money.ts';
import type { Price } from '../domain/pricing/price-call.ts';
import type { PriceRow } from '../domain/pricing/price-list.ts';
import { askedCall } from '../domain/pricing/stored-call.ts';
import { type WhyUnpriced, whyUnpriced } from '../domain/pricing/why-unpriced.ts';
import { USAGE_KEYS } from '../domain/usage/usage.ts';
import { columns } from './columns.ts';
import { linesAsJson, matched, matchedAsJson, printLines } from './price-lines.ts';
import { printable } from './printable.ts';

const NO_USAGE: WhyUnpriced = {
  what: 'the call reported no usage',
  toDo: 'nothing: calls that do not end ok often have none; a provider that bills them states the cost, which events carry as `cost_usd`',
};

export function printExplanation(
  call: FoundCall,
  explanation: Explanation,
  prices: readonly PriceRow[],
): void {
  const { ours, lines } = explanation;
  const cost =
    call.cost_usd === null
      ? styleText('yellow', 'no cost')
      : styleText('green', `$${call.cost_usd}`);
  console.log(`${cost}  ${call.price_status}`);
  for (const line of columns(facts(call, explanation))) console.log(`  ${line}`);
  if (call.price_status === 'provider') {
    console.log(`\n  The provider stated $${call.cost_usd}, which counts.`);
    console.log(`  ${besides(call.cost_usd, ours)}`);
  }
  if (lines.length > 0) {
    console.log('');
    printLines(lines);
  }
  console.log('');
  for (const note of notes(call, explanation, prices)) console.log(`  ${note}`);
}

function facts(call: FoundCall, explanation: Explanation): string[][] {
  const counts = USAGE_KEYS.filter((key) => call[key] !== null).map(
    (key) => `${key} ${call[key]?.toLocaleString('en')}`,
  );
  const named: [string, string | null][] = [
    ['call', `${call.event_id}, began ${call.ts.toISOString()}, ${call.status}`],
    ['model', `${call.provider} ${call.model}`],
    ['prices of', whosePrices(explanation)],
    ['feature', call.feature],
    ['user', call.user_id],
    ['prompt', promptOf(call)],
    ['usage', counts.length === 0 ? 'not reported' : counts.join(', ')],
    ['counted by', call.usage_source],
    ['tier', call.service_tier],
    ['region', call.region],
    ['batch', call.batch === true ? 'yes' : null],
    ['flags', call.flags.length === 0 ? null : call.flags.join(', ')],
    ['response', call.response_id],
    ['trace', call.trace_id],
  ];
  return named.flatMap(([name, value]) => (value === null ? [] : [[name, printable(value)]]));
}

/** The name or rule is that of the list as it is now: said where it leads to the rows that the call was priced with. */
function whosePrices({ lines, today }: Explanation): string | null {
  const models = new Set(lines.map(({ rate: { row } }) => `${row.provider} ${row.model}`));
  const price = leadsToday(lines, today);
  return price === undefined ? [...models].join(' and ') || null : matched(price);
}

function leadsToday(lines: Explanation['lines'], today: Explanation['today']): Price | undefined {
  if (today === 'no usage' || today.priceStatus === 'unpriced') return undefined;
  const { provider, model } = today.rates;
  const used = new Set(lines.map(({ rate }) => rate.row.id));
  const isSame = today.lines.every(({ rate }) => used.has(rate.row.id));
  // Where all prices are of a contract on the call's own name, what the name leads to has no part in it.
  const isOf = lines.some(({ rate: { row } }) => row.provider === provider && row.model === model);
  return isSame && isOf ? today : undefined;
}

function promptOf({ prompt_id, prompt_name, prompt_version }: FoundCall): string {
  const version = prompt_version === null ? '' : ` version ${prompt_version}`;
  return prompt_name === null
    ? `${prompt_id}${version}`
    : `${prompt_name}${version} (${prompt_id})`;
}

function besides(stated: string | null, ours: string | null): string {
  if (stated === null || ours === null) return 'By the price list it has no price of its own.';
  const difference = parsePicoUsd(stated) - parsePicoUsd(ours);
  const less = difference < 0n ? 'less' : 'more';
  const by = difference === 0n ? 'the same' : `$${formatPicoUsd(abs(difference))} ${less}`;
  return `By the price list it is $${ours}: the provider's is ${by}.`;
}

function abs(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

/** Whether the sum is right, why there is none, and what another pricing would make of it. */
function notes(call: FoundCall, explanation: Explanation, prices: readonly PriceRow[]): string[] {
  const { ours, recomputed, agrees, today, isOutdated } = explanation;
  const said: string[] = [];
  if (agrees === true) said.push(`The lines add up to $${ours}, to the last digit.`);
  if (agrees === false) {
    said.push(
      styleText('red', 'The lines do not add up to what is stored.'),
      `The counts and prices of the call come to ${recomputed === null ? 'no cost' : `$${recomputed}`}, and $${ours} is stored: somebody changed the row, or this is a defect.`,
    );
  }
  if (ours !== null && agrees === null) {
    said.push('Which prices it was computed with was not kept.');
  }
  const why = reasonOf(call, explanation, prices);
  if (why !== undefined && ours === null) {
    said.push(`No price: ${printable(why.what)}.`, `To do: ${printable(why.toDo)}.`);
  }
  if (isOutdated && today !== 'no usage') {
    const now =
      today.priceStatus === 'unpriced'
        ? `would have no price (${today.reason})`
        : `is $${formatPicoUsd(today.cost)}`;
    said.push(
      `By the price list as it is now, the call ${now}: \`tricost reprice\` brings stored calls up to it.`,
    );
  }
  return said;
}

function reasonOf(
  call: FoundCall,
  { today }: Explanation,
  prices: readonly PriceRow[],
): WhyUnpriced | undefined {
  if (today === 'no usage') return NO_USAGE;
  return today.priceStatus === 'unpriced' ? whyUnpriced(today, askedCall(call), prices) : undefined;
}

export function explanationAsJson(
  call: FoundCall,
  explanation: Explanation,
  prices: readonly PriceRow[],
): object {
  const { ours, lines, recomputed, agrees, today, isOutdated } = explanation;
  const { usage_raw: _, price_ids: __, ...row } = call;
  const why = ours === null ? reasonOf(call, explanation, prices) : undefined;
  const unpriced = today !== 'no usage' && today.priceStatus === 'unpriced' ? today : undefined;
  const led = leadsToday(lines, today);
  return {
    ...row,
    lines: linesAsJson(lines),
    matched: led === undefined ? null : matchedAsJson(led),
    computed_usd: ours,
    recomputed_usd: recomputed,
    adds_up: agrees,
    ...(why === undefined
      ? {}
      : { reason: unpriced?.reason ?? 'no_usage', what: why.what, to_do: why.toDo }),
    outdated: isOutdated,
    cost_today_usd: costToday(explanation),
  };
}

function costToday({ today }: Explanation): string | null {
  return today === 'no usage' || today.priceStatus === 'unpriced'
    ? null
    : formatPicoUsd(today.cost);
}
