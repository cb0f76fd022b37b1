/** `tricost reprice`: brings stored calls up to the price list as it is now, each as of its own start. */
import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { Client } from 'pg';
import { countCalls, type Repricing, reprice } from '../adapters/postgres/reprice.ts';
import { finishInterrupted, type RepricedRange } from '../adapters/postgres/repricing-runs.ts';
import type { SummaryLine } from '../domain/reprice/summary.ts';
import { columns } from './columns.ts';
import { isConfirmed } from './confirmed.ts';
import { parseInstant } from './instant.ts';
import { interruptible } from './interruptible.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { printable } from './printable.ts';
import { withProgress } from './progress.ts';

interface RepriceOptions extends OwnerDatabaseOptions {
  from: Date;
  to?: Date;
  provider?: string;
  model?: string;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

const PERCENT = 100;

export function define(command: Command): void {
  ownerOptions(
    command
      .requiredOption('--from <time>', 'first start of a call, inclusive', parseInstant)
      .option('--to <time>', 'last start, exclusive (default: the end of today, UTC)', parseInstant)
      .option('--provider <name>', 'only this provider, as the events name it')
      .option('--model <name>', 'only this model, as the events name it')
      .option('--dry-run', 'say what would change, change nothing')
      .option('--yes', 'do not ask')
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Every call gets the price of its own start, so running it twice changes nothing more. Costs that providers stated stay; what the
list makes of them stands beside. A run that was interrupted goes on when it is started again with the same --from, --provider
and --model, and a --to that is not earlier. Without --yes, and where nobody can be asked, it is a dry run.

Calls without a price get theirs by themselves, when it is entered and once a day: this is for those that have one.

Examples:
  $ npx tricost reprice --from 2026-11-01 --dry-run
  $ npx tricost reprice --from 2026-11-01 --to 2026-12-01 --model gpt-6-sol --yes
  $ npx tricost reprice --from 2026-11-01 --dry-run --json --aws | jq .lines`,
    )
    .action((options: RepriceOptions) =>
      withOwner(options, 'tricost reprice', (client) => run(client, options)),
    );
}

async function run(client: Client, options: RepriceOptions): Promise<void> {
  const range: RepricedRange = {
    from: options.from,
    until: options.to ?? endOfToday(new Date()),
    provider: options.provider,
    model: options.model,
  };
  if (range.until <= range.from) throw new Error('--to must be after --from');
  await interruptible(async (signal) => {
    const calls = await countCalls(client, range);
    if (calls === 0) process.stderr.write(`${nothingMatches(range)}\n`);
    const price = (dryRun: boolean) =>
      withProgress(
        dryRun ? 'Compare every call with the price list' : 'Price the calls',
        (report) =>
          reprice(client, {
            range,
            dryRun,
            signal,
            onProgress: (examined, month) => {
              const percent = calls === 0 ? PERCENT : Math.floor((examined / calls) * PERCENT);
              report(`${month}  ${examined.toLocaleString('en')} calls, ${percent} %`);
            },
          }),
      );
    if (options.yes === true && options.dryRun !== true) {
      const done = await price(false);
      if (options.json === true) console.log(JSON.stringify(asJson(done, true)));
      else printRepricing(done, 'changed');
      return;
    }
    const foreseen = await price(true);
    if (options.json === true) {
      console.log(JSON.stringify(asJson(foreseen, false)));
      return;
    }
    printRepricing(foreseen, 'would change');
    if (options.dryRun === true || foreseen.isInterrupted) return;
    if (foreseen.summary.changed === 0) await finishInterrupted(client, range);
    else if (await isConfirmed('Change these calls?', options)) {
      printRepricing(await price(false), 'changed');
    }
  });
}

function nothingMatches({ from, until, provider, model }: RepricedRange): string {
  const of = [
    ...(provider === undefined ? [] : [`provider ${printable(provider)}`]),
    ...(model === undefined ? [] : [`model ${printable(model)}`]),
  ];
  const which = of.length === 0 ? '' : ` of ${of.join(' and ')}`;
  return `nothing matches: there is no call${which} from ${from.toISOString()} until ${until.toISOString()}`;
}

function endOfToday(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

function printRepricing(
  { summary, examined, isInterrupted, isContinued }: Repricing,
  verb: 'would change' | 'changed',
): void {
  const rows = summary.lines().map(cells);
  if (rows.length > 0) {
    const header = ['feature', 'provider', 'model', 'calls', 'before', 'after', 'without a cost'];
    for (const line of columns([header, ...rows])) console.log(line);
  }
  const rest = isContinued ? ' (the rest of a run that was interrupted)' : '';
  console.log(
    `${examined.toLocaleString('en')} calls examined, ${summary.changed.toLocaleString('en')} ${verb}${rest}: $${summary.usdBefore} → $${summary.usdAfter}`,
  );
  const { calls, usd } = summary.lost;
  if (calls > 0) {
    const [loses, have] = verb === 'changed' ? ['lost', 'have'] : ['would lose', 'would have'];
    console.log(
      styleText(
        'yellow',
        `${calls.toLocaleString('en')} calls ${loses} their cost, $${usd} in all, and ${have} none: the price list has no price for them any more. \`tricost explain-call <event_id>\` says which.`,
      ),
    );
  }
  if (isInterrupted) {
    const goesOn = verb === 'changed' ? '; the same command goes on' : '';
    console.log(styleText('yellow', `Stopped before the end${goesOn}.`));
  }
}

function cells(line: SummaryLine): string[] {
  return [
    printable(line.feature),
    printable(line.provider),
    printable(line.model),
    line.calls.toLocaleString('en'),
    `$${line.usdBefore}`,
    `$${line.usdAfter}`,
    `${line.unpricedBefore} → ${line.unpricedAfter}`,
  ];
}

function asJson({ summary, examined, isInterrupted }: Repricing, applied: boolean): object {
  return {
    applied,
    interrupted: isInterrupted,
    calls_examined: examined,
    calls_changed: summary.changed,
    usd_before: summary.usdBefore,
    usd_after: summary.usdAfter,
    calls_losing_cost: summary.lost.calls,
    usd_losing_cost: summary.lost.usd,
    lines: summary.lines().map((line) => ({
      feature: line.feature,
      provider: line.provider,
      model: line.model,
      calls: line.calls,
      usd_before: line.usdBefore,
      usd_after: line.usdAfter,
      unpriced_before: line.unpricedBefore,
      unpriced_after: line.unpricedAfter,
    })),
  };
}
