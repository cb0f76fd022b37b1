/** A patient for tests on a real database, whose remedies are statements that the test can run. */
import type { Patient } from '../../../cli/doctor/patient.ts';
import { parseConfig } from '../../../config/read-config.ts';
import type { Finding } from '../../../domain/doctor/finding.ts';
import { remediesFor } from '../../../domain/doctor/remedies.ts';

/** @param settings what a team would write into tricost.config.json beside `alarmEmail` */
export function patientOf(
  stage: Patient['stage'] = 'deployed',
  settings: Record<string, unknown> = {},
): Patient {
  const config = parseConfig({ alarmEmail: 'none', ...settings }, 'tricost.config.json');
  const { parameters, stackName: stack } = config;
  return {
    stage,
    config,
    outputs: {},
    parameters,
    aws: {},
    sqs: {},
    remedies: {
      ...remediesFor({ local: undefined, stack, migrateParameter: parameters.migrateDatabaseUrl }),
      sql: (statement) => statement,
      tricostOnDatabase: (args) => args,
    },
  };
}

/** `check state`, of those that are neither well nor out of place. */
export function ailing(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ state }) => state !== 'well' && state !== 'not-here')
    .map(({ check, state }) => `${check} ${state}`);
}

export function remedyOf(findings: readonly Finding[], check: Finding['check']): string {
  return findings.find((finding) => finding.check === check)?.mend ?? '';
}
