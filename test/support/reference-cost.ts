/** What a call costs, reckoned a second time and otherwise: fractions of whole numbers, rounded once per line. For models with a price for every unit. */
import type { PriceUnit } from '../../domain/pricing/price-list.ts';
import type { Usage } from '../../domain/usage/usage.ts';

/** US dollars for so many of a unit, by unit. */
export type UnitPrices = Readonly<Partial<Record<PriceUnit, string>>>;

/** Disjoint counts, as a person takes a usage apart. */
function unitCounts(usage: Usage): Partial<Record<PriceUnit, number>> {
  const {
    input_tokens: input = 0,
    output_tokens: output = 0,
    cache_read_tokens: cache_read = 0,
    cache_write_5m_tokens: cache_write_5m = 0,
    cache_write_1h_tokens: cache_write_1h = 0,
    audio_input_tokens: audio_input = 0,
    image_input_tokens: image_input = 0,
    reasoning_tokens: reasoning = 0,
    audio_output_tokens: audio_output = 0,
    web_searches: web_search = 0,
  } = usage;
  const elsewhere = cache_read + cache_write_5m + cache_write_1h + audio_input + image_input;
  return {
    ...{ input: input - elsewhere, cache_read, cache_write_5m, cache_write_1h, audio_input },
    ...{ image_input, output: output - reasoning - audio_output, reasoning, audio_output },
    web_search,
  };
}

/** In pico-dollars, by unit. */
export function referenceLines(usage: Usage, prices: UnitPrices): Map<PriceUnit, bigint> {
  const lines = new Map<PriceUnit, bigint>();
  for (const [unit, quantity] of Object.entries(unitCounts(usage)) as [PriceUnit, number][]) {
    if (quantity === 0) continue;
    const [whole = '0', fraction = ''] = (prices[unit] ?? '').split('.');
    const per = unit === 'web_search' ? 1_000n : 1_000_000n;
    // quantity × price ÷ per, times 10^12, as one fraction.
    const over = BigInt(quantity) * BigInt(whole + fraction) * 10n ** 12n;
    const under = per * 10n ** BigInt(fraction.length);
    lines.set(unit, nearestEven(over, under));
  }
  return lines;
}

function nearestEven(over: bigint, under: bigint): bigint {
  const below = over / under;
  const above = below + 1n;
  const [toBelow, toAbove] = [over - below * under, above * under - over];
  if (toBelow === toAbove) return below % 2n === 0n ? below : above;
  return toBelow < toAbove ? below : above;
}
