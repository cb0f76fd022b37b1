/** `tricost board destroy`: takes the board out of a Metabase. */
import type { Command } from 'commander';
import { TABS } from '../board/layout.ts';
import { applyArchive } from '../board/provision/apply.ts';
import { observe } from '../board/provision/observe.ts';
import { planDestroy, slugsOf } from '../board/provision/plan.ts';
import {
  connectMetabase,
  ENVIRONMENT_HELP,
  type MetabaseOptions,
  URL_HELP,
} from './board-metabase.ts';
import { printPlan, stepLine, stepsAsJson } from './board-report.ts';
import { isConfirmed } from './confirmed.ts';
import { interruptible } from './interruptible.ts';
import { withProgress } from './progress.ts';

type DestroyOptions = MetabaseOptions & { yes?: boolean };

export function defineDestroy(board: Command): void {
  board
    .command('destroy')
    .description('archive the board in a Metabase, as far as `apply` made it')
    .option('--url <url>', URL_HELP)
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
${ENVIRONMENT_HELP}

Metabase keeps what is archived in its trash, from where it can be had back. The connection to the database stays: other questions
may use it. A later \`apply\` takes the cards out of the archive and makes a new dashboard, at another address.

Examples:
  $ npx tricost board destroy --url https://metabase.example.com
  $ npx tricost board destroy --yes`,
    )
    .action(destroy);
}

async function destroy(options: DestroyOptions): Promise<void> {
  await interruptible(async (stopped) => {
    const metabase = await connectMetabase(options, stopped);
    const plan = planDestroy(await observe(metabase, slugsOf(TABS)));
    if (!plan.steps.some(({ write }) => write !== undefined)) {
      console.log(options.json === true ? JSON.stringify({ changes: [] }) : 'there is no board');
      return;
    }
    if (options.json !== true) printPlan(plan);
    if (options.yes !== true && !(await isConfirmed('Archive these?', options))) {
      throw new Error('nothing was archived: confirm on a terminal, or give --yes');
    }
    const done = await withProgress('Archive the board', (report) =>
      applyArchive(metabase, plan, { report: (step) => report(stepLine(step)), stopped }),
    );
    console.log(
      options.json === true
        ? JSON.stringify({ changes: stepsAsJson(done) })
        : `${done.length} archived; the database connection is left as it is`,
    );
  }, new Error('stopped; run the same command again and it goes on'));
}
