/** `tricost board export`: the board as one file. */
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { readFilters, readWindow, WINDOW_FORMS } from '../board/filters.ts';
import { exportPage } from '../board/page/export-page.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { withProgress } from './progress.ts';

type ExportOptions = OwnerDatabaseOptions & Record<(typeof FILTERS)[number], string | undefined>;

const FILTERS = ['window', 'environment', 'model', 'feature', 'prompt'] as const;

export function defineExport(board: Command): void {
  ownerOptions(
    board
      .command('export')
      .description('write the board, with its numbers, into one file that needs nothing else')
      .argument('<file>', 'where to write it'),
  )
    .option('--window <days>', 'of the series: 7d, 30d, 90d, 395d or 2026-10-01~2026-10-31', '30d')
    .option('--environment <name>', 'only this environment')
    .option('--model <name>', 'only this model')
    .option('--feature <name>', 'only this feature, where the board can be narrowed to one')
    .option('--prompt <name>', 'only this prompt, in the section of prompts')
    .addHelpText(
      'after',
      `
Every number is of the same instant. The file opens in any browser, loads nothing, and holds no event: sums, and the names of
features, models, prompts and the dearest users.

Examples:
  $ npx tricost board export board.html
  $ npx tricost board export october.html --window 2026-10-01~2026-10-31 --environment production --aws`,
    )
    .action(writeBoard);
}

async function writeBoard(file: string, options: ExportOptions): Promise<void> {
  const query = new URLSearchParams();
  for (const name of FILTERS) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  if (readWindow(options.window ?? '') === undefined) {
    throw new Error(`--window must be ${WINDOW_FORMS}, not ${options.window}`);
  }
  const filters = readFilters(query);
  await withOwner(options, 'tricost board', async (client) => {
    const html = await withProgress('Read the board', (report) =>
      exportPage(client, filters, (done, all) => report(`${done} of ${all} cards`)),
    );
    await writeFile(file, html);
  });
  console.log(`The board is in ${file}`);
}
