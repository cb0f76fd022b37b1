/** Says what a plan does to a Metabase, and what it finds there. */
import type { ChangeKind, Plan, Step } from '../board/provision/plan.ts';
import { columns } from './columns.ts';
import { printable } from './printable.ts';

/** More paths than these say no more than their number. */
const SHOWN_PATHS = 3;

const WORDS: Record<ChangeKind, string> = {
  create: 'create',
  update: 'update',
  drift: 'overwrite, was changed in Metabase',
  restore: 'take out of the archive',
  archive: 'archive',
  keep: 'keep',
};

export function printPlan({ steps, refusals }: Plan): void {
  const rows = steps
    .filter(({ change }) => change !== 'keep')
    .map(({ what, name, change, differences }) => [
      WORDS[change],
      what,
      printable(name),
      shown(differences),
    ]);
  for (const line of columns(rows)) console.log(line);
  for (const refusal of refusals) console.log(`refused: ${refusal}`);
  console.log(summary(steps));
}

export function stepLine({ what, name, change }: Step): string {
  return `${WORDS[change]}: ${what} ${printable(name)}`;
}

function summary(steps: readonly Step[]): string {
  const kept = steps.filter(({ change }) => change === 'keep').length;
  const changed = steps.length - kept;
  return changed === 0
    ? `nothing to do: all ${kept} parts of the board are as they shall be`
    : `${changed} to change, ${kept} as they shall be`;
}

export function stepsAsJson(steps: readonly Step[]): object[] {
  return steps.map(({ what, name, change, differences }) => ({ what, name, change, differences }));
}

function shown(paths: readonly string[]): string {
  const more = paths.length - SHOWN_PATHS;
  const first = paths.slice(0, SHOWN_PATHS).map(printable).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}
