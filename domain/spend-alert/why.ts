/** The terms of a growth in words: "+$248.00 from prompt `reply` v7 (since Tue 14:00, 2.1 × tokens a call)". */
import type { PicoUsd } from '../money.ts';
import { localDateOf, localTimeOf, weekdayName } from '../reporting-days.ts';
import { codeSpan } from '../slack/escape.ts';
import { formatFactor, formatUsd } from '../slack/numbers.ts';
import type { Decomposition, Term } from './growth/decompose.ts';
import type { Slice, SliceWindow } from './growth/slice.ts';
import type { SpendWindows } from './windows.ts';

/** Characters of a prompt's or model's name. */
const LONGEST_NAME = 40;
const CENT: PicoUsd = 10n ** 10n;

/** Less than this part of the growth is not worth a headline. */
const WORTH_A_HEADLINE = 10n;

/** What is less than a tenth more is not what is different. */
const SMALLEST_FACTOR = 1.1;

/**
 * All terms, to the cent, so that they sum to the growth as it is shown; those of less than a cent are in the first.
 *
 * @param end of what was compared
 */
export function whyLines(why: Decomposition, windows: SpendWindows, end: Date): string[] {
  return inCents(why).map(({ term, usd }) => `${signed(usd)} ${reason(term, usd, windows, end)}`);
}

/** What grew most, and what is the largest of the others, be it less; empty when nothing grew. */
export function whyInShort(why: Decomposition, windows: SpendWindows, end: Date): string {
  const [first, ...others] = inCents(why)
    .filter(({ usd }) => sizeOf(usd) * WORTH_A_HEADLINE >= why.deltaUsd)
    .toSorted((a, b) => Number(b.usd - a.usd));
  if (first === undefined || first.usd <= 0n) return '';
  const [second] = others.toSorted((a, b) => Number(sizeOf(b.usd) - sizeOf(a.usd)));
  return [first, ...(second === undefined ? [] : [second])]
    .map(({ term, usd }) => `${signed(usd)} ${reason(term, usd, windows, end)}`)
    .join(', ');
}

function sizeOf(usd: PicoUsd): PicoUsd {
  return usd < 0n ? -usd : usd;
}

/** `+$310.08`, `−$12.00`. */
export function signed(usd: PicoUsd): string {
  return usd < 0n ? `−${formatUsd(-usd)}` : `+${formatUsd(usd)}`;
}

function inCents({ deltaUsd, terms }: Decomposition): { term: Term; usd: PicoUsd }[] {
  const rounded = terms.map((term) => ({ term, usd: toCents(term.usd) }));
  const [first] = rounded;
  const sum = rounded.reduce((total, { usd }) => total + usd, 0n);
  if (first !== undefined) first.usd += toCents(deltaUsd) - sum;
  return rounded.filter(({ usd }) => usd !== 0n);
}

/** Half away from zero, as amounts are shown. */
function toCents(usd: PicoUsd): PicoUsd {
  const cents = ((2n * sizeOf(usd) + CENT) / (2n * CENT)) * CENT;
  return usd < 0n ? -cents : cents;
}

function reason(
  { cause, slices, among }: Term,
  usd: PicoUsd,
  windows: SpendWindows,
  end: Date,
): string {
  const grew = usd > 0n;
  // The one that added most: of a term that took off, it says nothing.
  const named = grew ? slices[0] : undefined;
  switch (cause) {
    case 'calls':
      return grew ? 'more calls' : 'fewer calls';
    case 'prompts':
      return named === undefined ? 'other prompts' : `more of prompt ${promptOf(named, false)}`;
    case 'prompt-version':
      return named === undefined
        ? 'other prompt versions'
        : `from prompt ${promptOf(named, true)}${aboutVersion(slices, among, windows, end)}`;
    case 'models':
      return named === undefined ? 'other models' : `from model ${nameOf(named.model)}`;
    case 'tokens': {
      if (!grew) return 'fewer tokens a call';
      const factor = tokenFactor(slices, slices);
      return factor === undefined ? 'more tokens a call' : `from ${factor} tokens a call`;
    }
    case 'cache-share':
      return grew ? 'less read from the cache' : 'more read from the cache';
    case 'price':
      if (!grew) return 'lower prices';
      return named === undefined ? 'higher prices' : `price of ${nameOf(named.model)}`;
    case 'unsplit':
      return grew ? 'dearer calls' : 'cheaper calls';
  }
}

function promptOf({ promptName, promptId, promptVersion }: Slice, withVersion: boolean): string {
  const name = nameOf(promptName ?? promptId);
  return withVersion && promptVersion !== null ? `${name} v${promptVersion}` : name;
}

function nameOf(name: string): string {
  return codeSpan(name, LONGEST_NAME);
}

/**
 * Since when it is there, and what is different about its calls. A version is first seen when its first call arrives: of calls that were
 * imported, or came late, that is after they were made, and says nothing.
 */
function aboutVersion(
  slices: readonly Slice[],
  among: readonly Slice[],
  windows: SpendWindows,
  end: Date,
): string {
  const facts: string[] = [];
  const seen = slices.find(({ firstSeenAt }) => firstSeenAt !== undefined)?.firstSeenAt;
  if (seen !== undefined && seen >= windows.previousStart && seen < end) {
    const day = weekdayName(localDateOf(seen, windows.zone));
    facts.push(`since ${day} ${localTimeOf(seen, windows.zone)}`);
  }
  const factor = tokenFactor(slices, among);
  if (factor !== undefined) facts.push(`${factor} tokens a call`);
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}

/** `2.1 ×`, when the calls of the one use so many more tokens than those of the other did before. */
function tokenFactor(now: readonly Slice[], before: readonly Slice[]): string | undefined {
  const then = tokensOfCall(before.map(({ previous }) => previous));
  const factor = then === 0 ? 0 : tokensOfCall(now.map(({ current }) => current)) / then;
  return factor >= SMALLEST_FACTOR ? `${formatFactor(factor)} ×` : undefined;
}

function tokensOfCall(windows: readonly SliceWindow[]): number {
  let calls = 0;
  let tokens = 0;
  for (const window of windows) {
    calls += window.calls;
    tokens += (window.inputTokens ?? 0) + (window.outputTokens ?? 0);
  }
  return calls === 0 ? 0 : tokens / calls;
}
