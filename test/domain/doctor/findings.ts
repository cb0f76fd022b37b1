/** Findings as tests compare them: the check and its state, with the words beside. */
import type { Finding } from '../../../domain/doctor/finding.ts';
import { remediesFor } from '../../../domain/doctor/remedies.ts';

export const remedies = remediesFor({
  local: undefined,
  stack: 'Tricost',
  migrateParameter: '/migrate',
});

/** `check state`, of those that are not well. */
export function ailing(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ state }) => state !== 'well')
    .map(({ check, state }) => `${check} ${state}`);
}
