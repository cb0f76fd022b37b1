/** A command run in this process: its arguments parsed and its work done as in a terminal, without a start of Node each time. */
import { Command } from 'commander';
import { vi } from 'vitest';
import { addDlqCommand } from '../../cli/dlq.ts';
import { addPartitionsCommand } from '../../cli/partitions.ts';
import { addSchedulesCommand } from '../../cli/schedules.ts';
import { addValidateCommand } from '../../cli/validate.ts';
import type { CommandResult } from './run-tricost.ts';

/** @param args as after `tricost` */
export async function runCommand(args: readonly string[]): Promise<CommandResult> {
  const program = new Command('tricost').exitOverride();
  for (const add of [addDlqCommand, addPartitionsCommand, addSchedulesCommand, addValidateCommand])
    add(program);
  const stdout = vi.spyOn(console, 'log').mockReturnValue();
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const said = (spy: { mock: { calls: unknown[][] } }, end: string) =>
    spy.mock.calls.map(([text]) => `${String(text)}${end}`).join('');
  let problem = '';
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
    process.exitCode ||= 1;
  }
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  const result = { code, stdout: said(stdout, '\n'), stderr: `${said(stderr, '')}${problem}` };
  stdout.mockRestore();
  stderr.mockRestore();
  return result;
}
