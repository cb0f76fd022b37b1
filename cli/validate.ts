/** `tricost validate`: what ingest would do with a message, without sending it. */

import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import { type BatchPlan, planBatch } from '../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';
import { printable } from './printable.ts';

/** As `npm start` and a fresh deploy keep them: three months before the current one. */
const MONTHS_BACK = 3;

export function define(command: Command): void {
  command
    .argument('<file>', 'the message body; - reads standard input')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Exits 0 when every event is a call, 1 when some event would be refused.

Examples:
  $ npx tricost validate event.json
  $ echo '{"ts":"2026-11-23T13:00:00Z","model":"gpt-5"}' | npx tricost validate - --json`,
    )
    .action((file: string, options: { json?: boolean }) => {
      const body = readFileSync(file === '-' ? 0 : file, 'utf8');
      const now = new Date();
      const plan = planBatch([{ messageId: 'not-sent', body }], {
        now,
        oldest: oldestByDefault(now),
        prices: builtInPriceBook(),
      });
      const [bug] = plan.bugs;
      if (bug !== undefined) throw bug.error;
      if (options.json === true) console.log(JSON.stringify(summary(plan)));
      else printPlan(plan);
      process.exitCode = plan.rejections.length > 0 ? 1 : 0;
    });
}

/** Where the oldest partition begins, for a command that asks no database. */
export function oldestByDefault(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - MONTHS_BACK, 1));
}

function summary(plan: BatchPlan): object {
  return {
    calls: plan.calls.map(({ index, row }) => ({ index, ...row })),
    rejected: plan.rejections.map(({ index, reason, detail }) => ({ index, reason, detail })),
  };
}

function printPlan(plan: BatchPlan): void {
  for (const { index, row } of [...plan.calls].sort((a, b) => a.index - b.index)) {
    const cost = row.cost_usd === null ? `no cost (${row.price_status})` : `$${row.cost_usd}`;
    console.log(
      `${styleText('green', 'call')}     #${index}  ${printable(row.feature)}  ${printable(row.model)}  ${tokens(row.input_tokens)} in, ${tokens(row.output_tokens)} out  ${cost}`,
    );
    for (const flag of row.flags) console.log(`         flag ${printable(flag)}`);
  }
  for (const { index, reason, detail } of plan.rejections) {
    const position = index === -1 ? 'the whole message' : `#${index}`;
    console.log(`${styleText('red', 'refused')}  ${position}  ${reason}: ${printable(detail)}`);
  }
  const stored = new Set(plan.calls.map(({ row }) => `${row.event_id} ${row.ts}`)).size;
  const copies = plan.calls.length - stored;
  const note = copies === 0 ? '' : `, ${copies} ${copies === 1 ? 'copy' : 'copies'} left out`;
  console.log(`${stored} would be stored, ${plan.rejections.length} refused${note}`);
}

function tokens(count: number | null): string {
  return count === null ? 'unknown' : String(count);
}
