/** A command run in this process: its arguments parsed and its work done as in a terminal, without a start of Node each time. */
import { Command } from 'commander';
import { vi } from 'vitest';
import * as alerts from '../../cli/alerts.ts';
import * as board from '../../cli/board.ts';
import * as deliveries from '../../cli/deliveries.ts';
import * as dlq from '../../cli/dlq.ts';
import * as explainCall from '../../cli/explain-call.ts';
import * as forgetUser from '../../cli/forget-user.ts';
import * as partitions from '../../cli/partitions.ts';
import * as price from '../../cli/price.ts';
import * as prices from '../../cli/prices.ts';
import * as reprice from '../../cli/reprice.ts';
import * as rollups from '../../cli/rollups.ts';
import * as schedules from '../../cli/schedules.ts';
import * as teams from '../../cli/teams.ts';
import * as validate from '../../cli/validate.ts';
import type { CommandResult } from './run-tricost.ts';

/** @param args as after `tricost` */
export async function runCommand(args: readonly string[]): Promise<CommandResult> {
  const program = new Command('tricost').exitOverride();
  for (const [name, { define }] of Object.entries({
    alerts,
    board,
    deliveries,
    dlq,
    'explain-call': explainCall,
    'forget-user': forgetUser,
    partitions,
    price,
    prices,
    reprice,
    rollups,
    schedules,
    teams,
    validate,
  })) {
    define(program.command(name));
  }
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
