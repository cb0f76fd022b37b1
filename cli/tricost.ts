#!/usr/bin/env -S node --experimental-import-text --disable-warning=ExperimentalWarning
/** The `tricost` command: what an operator does from a terminal, on the local stack or on AWS. */
import { Command } from 'commander';
import { addCostCommand } from './cost.ts';
import { addForgetUserCommand } from './forget-user.ts';
import { addPartitionsCommand } from './partitions.ts';
import { addSchedulesCommand } from './schedules.ts';
import { addTailCommand } from './tail.ts';
import { addValidateCommand } from './validate.ts';

const program = new Command('tricost')
  .description('Split your LLM bill by feature, user and prompt.')
  .showHelpAfterError('(see --help)')
  .addHelpText(
    'after',
    `
schedules talks to the local stack while \`npm start\` runs, and to AWS with --aws. tail and partitions talk to the database
of --database-url, else of DATABASE_URL, else of the local stack, and say which. forget-user talks to the stack's own database
and its queues, or to the database of --database-url. validate and cost talk to nothing.

Examples:
  $ npx tricost validate event.json
  $ npx tricost tail
  $ npx tricost schedules run spend-alert
  $ npx tricost partitions ensure --from 2025-01
  $ npx tricost forget-user u_10421 --dry-run`,
  );

addValidateCommand(program);
addTailCommand(program);
addSchedulesCommand(program);
addPartitionsCommand(program);
addForgetUserCommand(program);
addCostCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  // A person reads this: the sentence, not the stack.
  console.error(`tricost: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
