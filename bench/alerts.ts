/** `npm run bench -- alerts`: half a year with planted incidents, and what the alert, and the recipe's rule, say of it. */
import type { Command } from 'commander';
import { reportOn } from './alerts/report.ts';
import type { Score } from './alerts/score.ts';
import { positiveInteger } from './positive-integer.ts';

interface Flags {
  seed: number;
  json?: boolean;
}

export function addAlertsCommand(program: Command): void {
  program
    .command('alerts')
    .description('planted incidents: how many are told of, how soon, how often, and what else is')
    .option('--seed <number>', 'of the generated half year', positiveInteger, 1)
    .option('--json', 'end with one line of JSON')
    .addHelpText(
      'after',
      `
200 features in 5 teams, 180 days; weeks go up and down by 5 to 25 %, weekends, two holidays, data that is late. What is an
incident is decided by the generator.

Examples:
  $ npm run bench -- alerts
  $ npm run bench -- alerts --seed 7 --json`,
    )
    .action(benchAlerts);
}

function benchAlerts({ seed, json = false }: Flags): void {
  const report = reportOn(seed);
  const { rules, by_incident, recipe, at_best } = report;
  console.log(`seed ${seed}\n`);
  for (const line of [...rules, ...by_incident, recipe]) console.log(asText(line));
  for (const { knows_holidays, within_24_h } of at_best) {
    const known = knows_holidays ? 'every habit and the holidays' : 'every habit of a feature';
    console.log(`steps of +100 % in 24 h, at best, for who knows ${known}: ${within_24_h}`);
  }
  if (json) console.log(JSON.stringify(report));
}

function asText(line: Score): string {
  const delay = line.median_delay_h === null ? 'never' : `${line.median_delay_h} h`;
  return [
    line.rule.padEnd(18),
    `${line.incidents} incidents`.padEnd(13),
    `recall ${line.recall}`.padEnd(13),
    `precision ${line.precision}`.padEnd(16),
    `after ${delay}`.padEnd(12),
    `in 24 h ${line.within_24_h}`.padEnd(14),
    `${line.messages_per_incident} messages each`.padEnd(22),
    `${line.false_per_team_week} false a team and week`,
  ].join(' ');
}
