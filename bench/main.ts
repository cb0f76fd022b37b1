/** `npm run bench -- <what>`: measures, on the machine it runs on, what the documentation claims. */
import { Command } from 'commander';
import { addPastOneMachineCommand } from './past-one-machine.ts';

const program = new Command('npm run bench --').description(
  'Measure on this machine what the documentation claims.',
);
addPastOneMachineCommand(program);
await program.parseAsync();
