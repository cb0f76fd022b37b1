/** What the doctor says about one check, and what all of it amounts to. */

export type FindingState =
  | 'well'
  /** Works, and somebody should know. */
  | 'warning'
  /** Does not work, or will not for long. */
  | 'mend'
  /** Could not be checked; `says` has why. */
  | 'unknown'
  /** Makes no sense for this stack or at this time; `says` has why. */
  | 'not-here';

/** Every check, by the heading it stands under; docs/reference/doctor.md explains each. */
export const CHECKS = {
  AWS: ['aws-access', 'cdk-bootstrap', 'aws-clock'],
  Parameters: ['migrate-parameter', 'runtime-parameter', 'webhook-parameter'],
  'Migrate connection': ['migrate-host', 'migrate-tls', 'migrate-login', 'migrate-pooling'],
  'Runtime connection': ['runtime-host', 'runtime-tls', 'runtime-login', 'runtime-pooling'],
  Database: ['server-version', 'database-clock', 'migrations', 'owner', 'roles', 'grants'],
  Partitions: ['partitions', 'default-partition', 'detached-partitions'],
  Stack: ['schedules', 'event-sources'],
  Alerts: ['alarm-recipient', 'webhook', 'teams', 'outbox'],
  Queues: ['calls-queue', 'dead-letters', 'failed-jobs', 'rejected-calls', 'late-deliveries'],
} as const;

export type Group = keyof typeof CHECKS;
export type Check = (typeof CHECKS)[Group][number];

export interface Finding {
  check: Check;
  state: FindingState;
  /** One sentence. */
  says: string;
  /** The command, or the setting, that mends it. */
  mend?: string;
}

export function well(check: Check, says: string): Finding {
  return { check, state: 'well', says };
}

export function warning(check: Check, says: string, mend: string): Finding {
  return { check, state: 'warning', says, mend };
}

export function mend(check: Check, says: string, remedy: string): Finding {
  return { check, state: 'mend', says, mend: remedy };
}

export function unknown(check: Check, why: string, remedy?: string): Finding {
  return { check, state: 'unknown', says: why, ...(remedy === undefined ? {} : { mend: remedy }) };
}

export function notHere(check: Check, why: string): Finding {
  return { check, state: 'not-here', says: why };
}

/** 1 when something must be mended; else 2 when something could not be checked; else 0, warnings or not. */
export function exitCode(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ state }) => state === 'mend')) return 1;
  return findings.some(({ state }) => state === 'unknown') ? 2 : 0;
}

/** `12 well, 1 warning, 2 to mend, 0 could not be checked, 3 not checked here` */
export function summary(findings: readonly Finding[]): string {
  const count = (state: FindingState) =>
    findings.filter((finding) => finding.state === state).length;
  const warnings = count('warning');
  return [
    `${count('well')} well`,
    `${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`,
    `${count('mend')} to mend`,
    `${count('unknown')} could not be checked`,
    `${count('not-here')} not checked here`,
  ].join(', ');
}
