/** The figures of `bench ingest`, for people and for programs. */
import type { PricingCost } from './ingest-pricing.ts';
import type { Stages } from './ingest-stages.ts';
import type { Rate } from './side-by-side.ts';

export interface IngestFigures {
  rates: Map<string, Rate>;
  bytesPerRow: { heap: number; indexes: number };
  stages: Stages;
  pricing: PricingCost;
  endToEndEventsPerSecond: number;
}

const NAME_WIDTH = 34;

export function printFigures(figures: IngestFigures): void {
  const { rates, bytesPerRow, stages, endToEndEventsPerSecond } = figures;
  const limit = perSecond(figures, 'plain COPY, batches of 10,000');
  const seed = perSecond(figures, 'one INSERT per call');
  console.log(`\n${cells('', 'rows/s', 'slowest', 'fastest', 'of COPY', 'x per call')}`);
  for (const { name, perSecond: rate, slowest, fastest } of rates.values()) {
    console.log(
      cells(
        name,
        ...[rate, slowest, fastest].map(whole),
        (rate / limit).toFixed(2),
        (rate / seed).toFixed(1),
      ),
    );
  }
  const { heap, indexes } = bytesPerRow;
  console.log(
    `\n${whole(heap + indexes)} bytes a row: ${whole(heap)} of table, ${whole(indexes)} of indexes`,
  );
  console.log(`\n${whole(endToEndEventsPerSecond)} events/s from the queue to rows\n`);
  const sum = Object.values(stages).reduce((total, micros) => total + micros, 0);
  console.log(cells('each stage by itself', 'µs/event', 'share'));
  for (const [stage, micros] of Object.entries(stages)) {
    console.log(cells(stage, micros.toFixed(1), `${whole((100 * micros) / sum)} %`));
  }
  const { priced, unpriced } = figures.pricing;
  console.log(`\n${cells("the writer's processor time", 'µs/event')}`);
  console.log(cells('with the price list', priced.toFixed(1)));
  console.log(cells('with an empty one', unpriced.toFixed(1)));
  console.log(`pricing adds ${(100 * (priced / unpriced - 1)).toFixed(0)} %`);
}

/** What `--json` ends with. */
export function summary(figures: IngestFigures): Record<string, number> {
  const limit = perSecond(figures, 'plain COPY, batches of 10,000');
  const at1000 = perSecond(figures, 'our writer, batches of 1,000');
  const { heap, indexes } = figures.bytesPerRow;
  return {
    ratio_to_copy_1000: rounded(at1000 / limit),
    ratio_to_copy_10000: rounded(perSecond(figures, 'our writer, batches of 10,000') / limit),
    ratio_to_row_by_row_1000: rounded(at1000 / perSecond(figures, 'one INSERT per call')),
    bytes_per_row: rounded(heap + indexes),
    writers_8_over_1: rounded(
      perSecond(figures, '8 writers, batches of 1,000') /
        perSecond(figures, '1 writers, batches of 1,000'),
    ),
    pricing_over_unpriced_cpu: rounded(figures.pricing.priced / figures.pricing.unpriced),
    priced_cpu_us_per_event: rounded(figures.pricing.priced),
    unpriced_cpu_us_per_event: rounded(figures.pricing.unpriced),
    end_to_end_events_per_s: Math.round(figures.endToEndEventsPerSecond),
  };
}

function perSecond({ rates }: IngestFigures, name: string): number {
  const rate = rates.get(name);
  if (rate === undefined) throw new Error(`nothing was measured as ${name}`);
  return rate.perSecond;
}

function cells(name: string, ...values: string[]): string {
  return `${name.padEnd(NAME_WIDTH)}${values.map((value) => value.padStart(12)).join('')}`.trimEnd();
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
