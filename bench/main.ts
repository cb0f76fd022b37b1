/** `npm run bench -- <what>`: measures, on the machine it runs on, what the documentation claims. */
import { Command } from 'commander';
import { addAlertsCommand } from './alerts.ts';
import { addAlertsSpeedCommand } from './alerts-speed.ts';
import { addBoardCommand } from './board.ts';
import { benchCost } from './cost.ts';
import { addIngestCommand } from './ingest.ts';
import { addPastOneMachineCommand } from './past-one-machine.ts';
import { addSdkCommand } from './sdk.ts';
import { addSdkModesCommand } from './sdk-modes.ts';

const program = new Command('npm run bench --').description(
  'Measure on this machine what the documentation claims.',
);
addIngestCommand(program);
addBoardCommand(program);
addAlertsCommand(program);
addAlertsSpeedCommand(program);
program
  .command('cost')
  .description('bytes, Lambda time and cold starts, for `tricost cost`')
  .option('--write', 'replace domain/cost/measured.json')
  .action(benchCost);
addPastOneMachineCommand(program);
addSdkCommand(program);
addSdkModesCommand(program);
try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
