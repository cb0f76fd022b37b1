/**
 * Writes the figures of the docs that `tricost cost` computes, between their marks, so that pages and command cannot differ.
 * `--check` writes nothing and fails when a committed page differs (run in CI).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { coldInitRows, costTable, idleCost, perMillionCalls } from '../domain/cost/cost-table.ts';
import { MEASURED } from '../domain/cost/measurements.ts';

const ROOT = new URL('../', import.meta.url);
const { bytes, ingest } = MEASURED;

const idle = idleCost();
const million = perMillionCalls();
const table = (calls: bigint) => `\`\`\`text\n${costTable(calls)}\n\`\`\``;
const ms = ({ cpu_us: cpu, wait_us: wait }: { cpu_us: number; wait_us: number }) =>
  `${(cpu / 1_000).toFixed(3)} ms of processor, ${(wait / 1_000).toFixed(3)} ms of waiting`;

const BLOCKS: Record<string, string> = {
  'cost-100k': table(100_000n),
  'cost-10m': table(10_000_000n),
  'cost-1b': table(1_000_000_000n),
  'cost-summary': `${idle.afterFree} to ${idle.list} a month when idle, by how much of AWS's free amounts is yours, besides your Postgres
([itemised](docs/reference/cost.md); computed from list prices, not measured on a bill). A million calls add ${million.packed} when
packed a hundred to a message, and ${million.single} sent one by one.`,
  'cost-deploy': `The stack costs **${idle.list} a month at list price when idle, ${idle.afterFree} if AWS's free amounts are yours alone**. A million calls add ${million.packed} when events are packed a hundred to a message, and ${million.single} when every call is a message of its own.`,
  'cost-measured': [
    `Measured on ${MEASURED.measured_at} with \`${MEASURED.command}\`: Node ${MEASURED.node}, ${MEASURED.machine}, shared with other work; the sample is \`${MEASURED.sample}\`, ${bytes.calls.toLocaleString('en')} calls.`,
    '',
    '| what | figure |',
    '|---|---|',
    `| one call as a message | ${bytes.single_message_bytes} bytes |`,
    `| ${bytes.packed_calls} calls packed | ${bytes.packed_message_bytes.toLocaleString('en')} bytes |`,
    `| ${bytes.compressed_calls} calls packed, gzip and base64 | ${bytes.compressed_message_bytes.toLocaleString('en')} bytes |`,
    `| ingest, each invocation | ${ms(ingest.per_invocation)} |`,
    `| ingest, each message | ${ms(ingest.per_message)} |`,
    `| ingest, each call | ${ms(ingest.per_event)} |`,
    `| ingest, each compressed call | ${ms(ingest.per_compressed_event)} |`,
    `| log line of an invocation | ${ingest.log_bytes_per_invocation} bytes |`,
    `| sent to Postgres, each call | ${ingest.sent_to_postgres_bytes_per_event} bytes |`,
    `| kept in Postgres, each call, with indexes | ${ingest.bytes_per_row} bytes |`,
  ].join('\n'),
  'cold-init': ['| function | bundle | cold init |', '|---|---|---|', ...coldInitRows()].join('\n'),
};

const PAGES = ['README.md', 'docs/how-to/deploy.md', 'docs/reference/cost.md'];

for (const page of PAGES) {
  const text = await readFile(new URL(page, ROOT), 'utf8');
  const written = text.replace(
    /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(\n<!-- \/generated -->)/g,
    (_, start: string, name: string, end: string) => {
      const block = BLOCKS[name];
      if (block === undefined) throw new Error(`${page} asks for ${name}, which nobody generates`);
      return `${start}${block}${end}`;
    },
  );
  if (written === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`the figures of ${page} are old: run \`npm run generate\` and commit the result`);
    process.exitCode = 1;
  } else {
    await writeFile(new URL(page, ROOT), written);
  }
}
