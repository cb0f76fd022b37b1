/** Findings for a person: one line each, and under it the command that mends it. */
import { styleText } from 'node:util';
import type { Finding, FindingState, Group } from '../../domain/doctor/finding.ts';
import { printable } from '../printable.ts';

const LABELS: Record<FindingState, { label: string; colour: Parameters<typeof styleText>[0] }> = {
  well: { label: 'well', colour: 'green' },
  warning: { label: 'warning', colour: 'yellow' },
  mend: { label: 'MEND', colour: 'red' },
  unknown: { label: 'unknown', colour: 'magenta' },
  'not-here': { label: '-', colour: 'gray' },
};

const LABEL_WIDTH = 7;
const CHECK_WIDTH = 20;

export function printGroup(group: Group, findings: readonly Finding[]): void {
  console.log(`\n${styleText('bold', group)}`);
  for (const { check, state, says, mend } of findings) {
    const { label, colour } = LABELS[state];
    const shown = styleText(colour, label.padEnd(LABEL_WIDTH));
    const text = state === 'not-here' ? `not checked here: ${says}` : says;
    console.log(`  ${shown}  ${check.padEnd(CHECK_WIDTH)} ${printable(text)}`);
    if (mend !== undefined) console.log(`${' '.repeat(LABEL_WIDTH + 4)}→ ${printable(mend)}`);
  }
}
