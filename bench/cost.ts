/** `npm run bench -- cost`: measures what `tricost cost` computes with, and says on what it was measured. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measureColdInit } from './cost/measure-cold-init.ts';
import { measureIngest } from './cost/measure-ingest.ts';
import { measureBytes, mostCompressedCalls, SAMPLE_AT, sampleCalls } from './cost/sample.ts';

const RESULT = new URL('../domain/cost/measured.json', import.meta.url);

export async function benchCost({ write }: { write?: boolean }): Promise<void> {
  const say = (step: string) => process.stderr.write(`${step}\n`);
  say('packing the sample');
  const calls = sampleCalls();
  const bytes = measureBytes(calls, mostCompressedCalls(calls));
  say('invoking the bundled ingest function');
  const ingest = await measureIngest(calls, bytes.compressed_calls);
  const coldInit = await measureColdInit((name) => say(`loading ${name}`));
  const measured = {
    command: 'npm run bench -- cost --write',
    measured_at: new Date().toISOString().slice(0, 10),
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    sample: `demoCalls(${SAMPLE_AT.toISOString()})`,
    bytes,
    ingest,
    cold_init: coldInit,
  };
  console.table(coldInit);
  console.log(JSON.stringify(measured));
  if (write !== true) return;
  writeFileSync(RESULT, `${JSON.stringify(measured, null, 2)}\n`);
  say(
    `wrote ${readFileSync(RESULT).length} bytes of domain/cost/measured.json; now \`npm run generate\``,
  );
}
