/** `tricost partitions`: the months that calls can be stored in. */
import { type Command, InvalidArgumentError } from 'commander';
import { ensurePartitionsBetween, listPartitions } from '../adapters/postgres/create-partitions.ts';
import { withOwner } from './owner-database.ts';
import { CONFIG_HELP } from './target.ts';

interface PartitionsOptions {
  databaseUrl?: string;
  config?: string;
  json?: boolean;
}

const DATABASE_URL_HELP =
  "the owner's connection string (default: DATABASE_URL, else the local stack)";

export function define(partitions: Command): void {
  partitions
    .command('list')
    .description('list the attached partitions, oldest first')
    .option('--database-url <url>', DATABASE_URL_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON array')
    .action((options: PartitionsOptions) =>
      withOwner(options, 'tricost partitions', async (client) => {
        const rows = await listPartitions(client);
        if (options.json === true) console.log(JSON.stringify(rows));
        else
          for (const { name, startsAt } of rows)
            console.log(`${startsAt.toISOString().slice(0, 7)}  ${name}`);
      }),
    );

  partitions
    .command('ensure')
    .description('create the missing partitions from a month on, to make room for history')
    .requiredOption('--from <month>', 'first month, YYYY-MM', parseMonth)
    .option('--to <month>', 'last month, YYYY-MM (default: the current one)', parseMonth)
    .option('--database-url <url>', DATABASE_URL_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON array of the names created')
    .addHelpText('after', '\nExamples:\n  $ npx tricost partitions ensure --from 2025-01')
    .action((options: PartitionsOptions & { from: string; to?: string }) =>
      withOwner(options, 'tricost partitions', async (client) => {
        const to = options.to ?? new Date().toISOString().slice(0, 7);
        const created = await ensurePartitionsBetween(client, `${options.from}-01`, `${to}-01`);
        if (options.json === true) console.log(JSON.stringify(created));
        else console.log(created.length === 0 ? 'nothing to create' : created.join('\n'));
      }),
    );
}

function parseMonth(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) {
    throw new InvalidArgumentError('a month looks like 2025-01');
  }
  return text;
}
