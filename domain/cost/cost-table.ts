/** The cost of a month as a table that a person reads, on a terminal and in the docs. */
import { formatPicoUsd, type PicoUsd } from '../money.ts';
import { formatUsd } from '../slack/numbers.ts';
import { INTERNET_USD_PER_GB } from './aws-prices.ts';
import { MEASURED } from './measurements.ts';
import {
  canaryCost,
  LINES,
  type MonthlyCost,
  monthlyCost,
  SHAPES,
  type Shape,
} from './monthly-cost.ts';

const HEADINGS: Record<Shape, string> = {
  single: '1 a request',
  batched: '10 a request',
  packed: `${MEASURED.bytes.packed_calls} a message`,
  compressed: `${MEASURED.bytes.compressed_calls} compressed`,
};

const NAME_WIDTH = 36;
const COLUMN_WIDTH = 16;
const BYTES_PER_GB = 1_000_000_000n;

function costsOf(calls: bigint): MonthlyCost[] {
  return SHAPES.map((shape) => monthlyCost(calls, shape, MEASURED));
}

export function costTable(calls: bigint): string {
  const costs = costsOf(calls);
  const amounts = (name: string, amount: (cost: MonthlyCost) => PicoUsd) =>
    row(
      name,
      costs.map((cost) => shown(amount(cost))),
    );
  const rule = '-'.repeat(NAME_WIDTH + costs.length * COLUMN_WIDTH);
  return [
    `${count(calls)} calls a month, us-east-1 list prices, Postgres not included`,
    '',
    row(
      '',
      costs.map(({ shape }) => HEADINGS[shape]),
    ),
    ...Object.entries(LINES).map(([name, title]) =>
      amounts(title, ({ lines }) => lines.find((line) => line.name === name)?.usd ?? 0n),
    ),
    rule,
    amounts('Total', ({ usd }) => usd),
    amounts("Less AWS's monthly free amounts", ({ afterFreeUsd }) => afterFreeUsd),
    '',
    row(
      'messages',
      costs.map(({ messages }) => count(messages)),
    ),
    row(
      'invocations',
      costs.map(({ invocations }) => count(invocations)),
    ),
    '',
    ...notes(calls),
  ].join('\n');
}

function notes(calls: bigint): string[] {
  const { bytes_per_row: row, sent_to_postgres_bytes_per_event: sent } = MEASURED.ingest;
  return [
    `With the canary: + ${formatUsd(canaryCost(MEASURED))} a month at list price.`,
    `Postgres grows by ${gigabytes(calls * BigInt(row))} a month (${row} bytes a call, indexes included).`,
    `${gigabytes(calls * BigInt(sent))} go to Postgres; where that leaves AWS, $${INTERNET_USD_PER_GB} a GB after the first 100.`,
  ];
}

/** What the stack costs by being there. */
export function idleCost(): { list: string; afterFree: string } {
  const { usd, afterFreeUsd } = monthlyCost(1n, 'packed', MEASURED);
  return { list: formatUsd(usd), afterFree: formatUsd(afterFreeUsd) };
}

/** What a million calls a month add to that, at list price. */
export function perMillionCalls(): { single: string; packed: string } {
  const added = (shape: Shape) =>
    formatUsd(monthlyCost(1_000_000n, shape, MEASURED).usd - monthlyCost(1n, shape, MEASURED).usd);
  return { single: added('single'), packed: added('packed') };
}

/** Of a Markdown table. */
export function coldInitRows(): string[] {
  return Object.entries(MEASURED.cold_init).map(
    ([name, { bundle_bytes: bytes, init_ms: ms }]) =>
      `| ${name} | ${bytes < 1_000 ? `${bytes} bytes` : `${Math.ceil(bytes / 1_000)} kB`} | ${ms} ms |`,
  );
}

export function costAsJson(calls: bigint): object {
  return {
    calls_per_month: String(calls),
    region: 'us-east-1',
    measured_at: MEASURED.measured_at,
    costs: costsOf(calls).map(({ shape, messages, invocations, lines, usd, afterFreeUsd }) => ({
      shape,
      messages: String(messages),
      invocations: String(invocations),
      lines: lines.map((line) => ({
        name: line.name,
        quantity: String(line.quantity),
        usd: formatPicoUsd(line.usd),
        after_free_usd: formatPicoUsd(line.afterFreeUsd),
      })),
      usd: formatPicoUsd(usd),
      after_free_usd: formatPicoUsd(afterFreeUsd),
    })),
    canary_usd: formatPicoUsd(canaryCost(MEASURED)),
    postgres_bytes: String(calls * BigInt(MEASURED.ingest.bytes_per_row)),
    sent_to_postgres_bytes: String(
      calls * BigInt(MEASURED.ingest.sent_to_postgres_bytes_per_event),
    ),
  };
}

function row(name: string, cells: readonly string[]): string {
  return (
    name.padEnd(NAME_WIDTH) + cells.map((cell) => cell.padStart(COLUMN_WIDTH)).join('')
  ).trimEnd();
}

function shown(amount: PicoUsd): string {
  return formatUsd(amount).replace('under ', '<');
}

function count(value: bigint): string {
  return value.toLocaleString('en');
}

/** Rounded up. */
function gigabytes(bytes: bigint): string {
  if (bytes < BYTES_PER_GB) return `${count((bytes + 999_999n) / 1_000_000n)} MB`;
  return `${count((bytes + BYTES_PER_GB - 1n) / BYTES_PER_GB)} GB`;
}
