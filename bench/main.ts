/** `npm run bench -- <what>`: measures, on the machine it runs on, what the documentation claims. */
import { Command } from 'commander';
import { benchCost } from './cost.ts';
import { addPastOneMachineCommand } from './past-one-machine.ts';

const program = new Command('npm run bench --').description(
  'Measure on this machine what the documentation claims.',
);
addPastOneMachineCommand(program);
program
  .command('cost')
  .description('bytes, Lambda time and cold starts, for `tricost cost`')
  .option('--write', 'replace domain/cost/measured.json')
  .action(benchCost);
await program.parseAsync();
