/** `tricost board plan` and `apply`: make a Metabase show the board. */
import type { Command } from 'commander';
import { cardOf } from '../board/cards.ts';
import { TABS } from '../board/layout.ts';
import { type Applied, applyBoard } from '../board/provision/apply.ts';
import { isOurs } from '../board/provision/identity.ts';
import { observe } from '../board/provision/observe.ts';
import { type Board, planBoard, slugsOf } from '../board/provision/plan.ts';
import {
  connectMetabase,
  ENVIRONMENT_HELP,
  type MetabaseOptions,
  metabaseDatabase,
  metabaseOptions,
} from './board-metabase.ts';
import { printPlan, stepLine, stepsAsJson } from './board-report.ts';
import { interruptible } from './interruptible.ts';
import { withProgress } from './progress.ts';

const STOPPED = new Error('stopped; run the same command again and it goes on');

export function definePlan(board: Command): void {
  metabaseOptions(
    board
      .command('plan')
      .description('say what `apply` would change in a Metabase; changes nothing'),
  )
    .addHelpText(
      'after',
      `
${ENVIRONMENT_HELP}

Exits 1 when \`apply\` would refuse.

Examples:
  $ npx tricost board plan --url https://metabase.example.com
  $ npx tricost board plan --json`,
    )
    .action(plan);
}

export function defineApply(board: Command): void {
  metabaseOptions(
    board
      .command('apply')
      .description('make a Metabase (0.58 or newer) show the board: database, cards, dashboard'),
  )
    .addHelpText(
      'after',
      `
${ENVIRONMENT_HELP}

Applied a second time it writes nothing. It touches what it made itself, refuses when something else has its name, archives cards
that left the board, and leaves the cards, tabs and filters that people added to the dashboard where they are.

Examples:
  $ npx tricost board apply --url https://metabase.example.com \\
      --database-url 'postgres://metabase:password@db.internal:5432/tricost'
  $ npx tricost board apply`,
    )
    .action(apply);
}

function boardFor(options: MetabaseOptions): Board {
  return { tabs: TABS, cardOf, database: metabaseDatabase(options) };
}

async function plan(options: MetabaseOptions): Promise<void> {
  await interruptible(async (stopped) => {
    const board = boardFor(options);
    const metabase = await connectMetabase(options, stopped);
    const found = planBoard(board, await observe(metabase, slugsOf(board.tabs)));
    if (options.json === true) {
      const { steps, refusals } = found;
      console.log(JSON.stringify({ steps: stepsAsJson(steps), refusals }));
    } else {
      printPlan(found);
    }
    if (found.refusals.length > 0) process.exitCode = 1;
  }, STOPPED);
}

async function apply(options: MetabaseOptions): Promise<void> {
  await interruptible(async (stopped) => {
    const board = boardFor(options);
    const metabase = await connectMetabase(options, stopped);
    const applied = await withProgress('Make Metabase show the board', async (report) =>
      applyBoard(metabase, board, await observe(metabase, slugsOf(board.tabs)), {
        report: (step) => report(stepLine(step)),
        stopped,
      }),
    );
    printApplied(applied, metabase.url, options);
  }, STOPPED);
}

function printApplied(
  { observed, done, unsettled }: Applied,
  url: string,
  { json }: MetabaseOptions,
): void {
  const boardUrl = `${url}/dashboard/${observed.dashboards.find(isOurs)?.id}`;
  if (json === true) {
    console.log(
      JSON.stringify({
        board_url: boardUrl,
        changes: stepsAsJson(done),
        unsettled: stepsAsJson(unsettled),
      }),
    );
  } else {
    for (const step of done) console.log(stepLine(step));
    console.log(
      done.length === 0
        ? `nothing to do: ${boardUrl} shows the board`
        : `${boardUrl} shows the board; put this address into tricost.config.json as boardUrl, and messages link to it`,
    );
  }
  if (unsettled.length === 0) return;
  process.exitCode = 1;
  for (const { what, name, differences } of unsettled) {
    process.stderr.write(
      `Metabase keeps the ${what} ${name} otherwise than it was sent (${differences.join(', ')}): please report this with Metabase's version\n`,
    );
  }
}
