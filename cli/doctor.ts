/** `tricost doctor`: what is well and what is not, before and after a deploy, with the command that mends it. */
import type { Command } from 'commander';
import { exitCode, type Finding, summary } from '../domain/doctor/finding.ts';
import { printGroup } from './doctor/print-findings.ts';
import { AWS_HELP, CONFIG_HELP, STACK_HELP, type StackOptions } from './target.ts';

export interface DoctorOptions extends StackOptions {
  json?: boolean;
}

export function define(command: Command): void {
  command
    .option('--aws', AWS_HELP)
    .option('--stack <name>', STACK_HELP)
    .option('--config <path>', CONFIG_HELP)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
With --aws it looks at the stack of this account and region, and before the first deploy at what that will need. Without,
at the local stack while \`npm start\` runs. Nothing is written or posted; no secret is printed.

Exits 0 when all is well, warnings or not; 1 when something must be mended; 2 when nothing must, and something could not be
checked. docs/reference/doctor.md explains each check.

Examples:
  $ npx tricost doctor
  $ npx tricost doctor --aws
  $ npx tricost doctor --aws --config staging.config.json
  $ npx tricost doctor --aws --json | jq '.findings[] | select(.state == "mend")'`,
    )
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  // Here, not above: the AWS clients take a second to load, and the other commands do without.
  const { examine } = await import('./doctor/examine.ts');
  const findings: Finding[] = [];
  for await (const { group, findings: found } of examine(options)) {
    findings.push(...found);
    if (options.json !== true) printGroup(group, found);
  }
  process.exitCode = exitCode(findings);
  if (options.json === true) {
    console.log(JSON.stringify({ summary: summary(findings), findings }));
  } else {
    console.log(`\n${summary(findings)}`);
  }
}
