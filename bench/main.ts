/** `npm run bench`: what things take on this machine. */
import { Command } from 'commander';
import { benchCost } from './cost.ts';

const program = new Command('npm run bench --').description('Measure on this machine.');

program
  .command('cost')
  .description('bytes, Lambda time and cold starts, for `tricost cost`')
  .option('--write', 'replace domain/cost/measured.json')
  .action(benchCost);

await program.parseAsync();
