/** `tricost rollups`: how far the sums behind the reports are, and whether they are right. */

import type { Command } from 'commander';
import type { Client } from 'pg';
import { checkRollups } from '../adapters/postgres/check-rollups.ts';
import { countMarked, FOLD_DAYS, foldSpend } from '../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../adapters/postgres/user-windows.ts';
import { plural } from '../domain/plural.ts';
import { interruptible } from './interruptible.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { withProgress } from './progress.ts';

type RollupsOptions = OwnerDatabaseOptions & { json?: boolean };

const PERCENT = 100;

export function define(rollups: Command): void {
  const subcommand = (name: string, description: string, examples: string) =>
    ownerOptions(
      rollups.command(name).description(description).option('--json', 'print one JSON object'),
    ).addHelpText('after', `\n${examples}`);

  subcommand(
    'fold',
    'compute again what has changed: after another reporting zone, or an import, so that reports are fast again',
    `Reports are right before it, too: what has changed they read from the calls. Interrupted, it goes on when it is started again.

Examples:
  $ npx tricost rollups fold --aws`,
  ).action((options: RollupsOptions) =>
    withOwner(options, 'tricost rollups', (client) => fold(client, options)),
  );

  subcommand(
    'check',
    'compare what the reports say with every call that is kept',
    `Exits 0 when they agree to the last digit, 1 when not. Reads every call.

Examples:
  $ npx tricost rollups check
  $ npx tricost rollups check --aws --json`,
  ).action((options: RollupsOptions) =>
    withOwner(options, 'tricost rollups', (client) => check(client, options)),
  );
}

async function fold(client: Client, options: RollupsOptions): Promise<void> {
  const marked = await countMarked(client);
  let folded = 0;
  await interruptible((signal) =>
    withProgress('Compute what has changed', async (report) => {
      for (;;) {
        const took = await foldSpend(client, { days: FOLD_DAYS, wait: true });
        folded += took ?? 0;
        if (signal.aborted) return;
        if (took !== FOLD_DAYS) break;
        report(`${Math.min(PERCENT, Math.floor((folded / marked) * PERCENT))} %`);
      }
      await refreshUserWindows(client, { atMostEverySeconds: 0 });
    }),
  );
  const left = await countMarked(client);
  if (options.json === true) console.log(JSON.stringify({ folded, left }));
  else {
    const rest =
      left === 0 ? '' : `; ${left === 1 ? '1 is' : `${left} are`} left: the same command goes on`;
    console.log(`${plural(folded, 'day')} computed again${rest}`);
  }
}

async function check(client: Client, options: RollupsOptions): Promise<void> {
  const checks = await withProgress('Compare the reports with the calls', () =>
    checkRollups(client),
  );
  const isRight = checks.every(({ wrong }) => wrong === 0);
  if (options.json === true) {
    console.log(JSON.stringify({ right: isRight, views: checks }));
  } else {
    for (const { view, wrong } of checks) {
      console.log(
        `reporting.${view}: ${wrong === 0 ? 'as the calls say' : `${wrong} rows differ`}`,
      );
    }
  }
  if (!isRight) process.exitCode = 1;
}
