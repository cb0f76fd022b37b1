/** `tricost dlq`: dead letters and rejected events, looked at and sent again. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { REJECTIONS } from '../domain/ingest-calls/rejection.ts';
import { peek } from './dlq-peek.ts';
import { QUEUE_OPTION } from './dlq-queue.ts';
import { redrive } from './dlq-redrive.ts';
import { requeue } from './dlq-requeue.ts';
import { parseTime } from './schedules.ts';
import { AWS_HELP, CONFIG_HELP, STACK_DATABASE_HELP, STACK_HELP } from './target.ts';

export function define(dlq: Command): void {
  dlq
    .command('peek')
    .description('show dead letters and what would become of them; they stay where they are')
    .addOption(QUEUE_OPTION)
    .option('--limit <n>', 'look at so many', parseCount, 10)
    .option('--bodies', 'show what is in them; may hold what users wrote')
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  $ npx tricost dlq peek
  $ npx tricost dlq peek --queue failed-jobs --aws
  $ npx tricost dlq peek --limit 100 --json | jq .verdicts`,
    )
    .action(peek);

  dlq
    .command('redrive')
    .description('move dead letters back to their queue; run failed jobs again')
    .addOption(QUEUE_OPTION)
    .option('--dry-run', 'only say what would be moved')
    .option('--limit <n>', 'move so many (default: all)', parseCount)
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
A message is sent before it is deleted: stopped in between, it is sent twice, and no call counts twice. Exits 1 when a message
had to be left.

Examples:
  $ npx tricost dlq redrive --dry-run
  $ npx tricost dlq redrive --aws
  $ npx tricost dlq redrive --queue failed-jobs --aws`,
    )
    .action(redrive);

  dlq
    .command('requeue')
    .description('send rejected events again that ingest would take now')
    .addOption(
      new Option('--reason <code>', 'only those refused with this reason').choices(
        Object.keys(REJECTIONS),
      ),
    )
    .option('--message-id <id>', 'only those of this message')
    .option('--since <time>', 'only those received since then, RFC 3339', parseTime)
    .option('--until <time>', 'only those received before then, RFC 3339', parseTime)
    .option('--dry-run', 'only say what would be sent')
    .option('--limit <n>', 'look at so many, oldest first (default: all)', parseCount)
    .option('--database-url <url>', STACK_DATABASE_HELP)
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Those that this release of ingest would refuse again stay in the table. An event is sent before its row is deleted: stopped
in between, it is sent twice, and no call counts twice. Exits 1 when the queue refused an event; when it takes none, it stops,
and the same command goes on later.

Examples:
  $ npx tricost dlq requeue --dry-run
  $ npx tricost dlq requeue --reason ts_too_old --aws`,
    )
    .action(requeue);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError('a count is a whole number from 1');
  }
  return count;
}
