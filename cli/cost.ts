/** `tricost cost`: what a month on AWS costs at so many calls, however they are sent. */
import { type Command, InvalidArgumentError } from 'commander';
import { costAsJson, costTable } from '../domain/cost/cost-table.ts';

interface CostOptions {
  callsPerMonth: bigint;
  json?: boolean;
}

const MOST_CALLS = 10n ** 15n;

export function define(command: Command): void {
  command
    .requiredOption('--calls-per-month <n>', 'LLM calls a month, for example 10000000', parseCalls)
    .option('--json', 'print one JSON object, amounts as exact decimals')
    .addHelpText(
      'after',
      `
Postgres is not included. How it is computed, and what was measured: docs/reference/cost.md.

Examples:
  $ npx tricost cost --calls-per-month 100000
  $ npx tricost cost --calls-per-month 1_000_000_000 --json | jq '.costs[] | {shape, usd}'`,
    )
    .action(({ callsPerMonth, json }: CostOptions) => {
      console.log(
        json === true ? JSON.stringify(costAsJson(callsPerMonth)) : costTable(callsPerMonth),
      );
    });
}

function parseCalls(text: string): bigint {
  const digits = text.replaceAll(/[_,]/g, '');
  const calls = /^\d{1,16}$/.test(digits) ? BigInt(digits) : 0n;
  if (calls < 1n || calls > MOST_CALLS) {
    throw new InvalidArgumentError('a whole number of calls, for example 10000000');
  }
  return calls;
}
