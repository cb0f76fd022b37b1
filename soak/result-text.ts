/** A scenario's result for a person: one line, and one more for everything that is wrong. */
import type { ScenarioResult } from './run-scenario.ts';

export function resultText(result: ScenarioResult): string {
  const { scenario, seed, seconds, account, facts, problems, logs } = result;
  const parts = [
    ...(account === undefined
      ? []
      : [
          `${number(account.published)} published = ${number(account.stored)} stored + ${number(account.expectedDuplicates)} duplicates expected + ${number(account.rejected)} rejected`,
          `${number(account.metAgain)} met again`,
          `$${account.costUsd}`,
        ]),
    ...Object.entries(facts).map(
      ([name, value]) => `${name.replaceAll('_', ' ')} ${number(value)}`,
    ),
    `seed ${seed}`,
    `${seconds} s`,
  ];
  return [
    `${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${scenario}: ${parts.join('; ')}`,
    ...problems.map((problem) => `        ${problem}`),
    ...(logs === undefined ? [] : [`        its logs: ${logs}`]),
  ].join('\n');
}

function number(value: number | string): string {
  return typeof value === 'number' ? value.toLocaleString('en-US') : value;
}

export function summaryText(results: readonly ScenarioResult[]): string {
  const failed = results.filter(({ problems }) => problems.length > 0);
  const seconds = Math.round(results.reduce((sum, result) => sum + result.seconds, 0));
  const names = failed.map(({ scenario }) => scenario).join(', ');
  return [
    `${results.length - failed.length} of ${results.length} scenarios hold, in ${seconds} s`,
    ...(failed.length === 0 ? [] : [`not: ${names}`]),
  ].join('; ');
}
