/** `npm run bench -- <what>`: measures, on the machine it runs on, what the documentation claims. */
import { Command } from 'commander';
import { addIngestCommand } from './ingest.ts';

const program = new Command('npm run bench --').description(
  'Measure on this machine what the documentation claims.',
);
addIngestCommand(program);
try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
