/** The whole examination, group by group, in the order in which things depend on each other. */
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Client } from 'pg';
import { connect } from '../../adapters/postgres/connect.ts';
import {
  type InspectedParameter,
  inspectParameters,
} from '../../adapters/ssm/inspect-parameters.ts';
import {
  CHECKS,
  type Check,
  type Finding,
  type Group,
  unknown,
} from '../../domain/doctor/finding.ts';
import { judgeParameter } from '../../domain/doctor/judge-parameters.ts';
import type { ConnectionRole } from '../../domain/doctor/judge-route.ts';
import { readCa } from '../database-authorities.ts';
import type { DoctorOptions } from '../doctor.ts';
import { readConfig } from '../target.ts';
import { describe } from './attempt.ts';
import { examineAws, localAws, noAccess } from './examine-aws.ts';
import { examineConnection } from './examine-connection.ts';
import {
  examineDatabase,
  examineLateDeliveries,
  examineOutbox,
  examinePartitions,
  examineRejectedCalls,
} from './examine-database.ts';
import {
  examineAlarmRecipient,
  examineQueues,
  examineStack,
  examineWebhook,
} from './examine-stack.ts';
import { examineTeams } from './examine-teams.ts';
import { type AwsAccess, accessAws, awsPatient, localPatient, type Patient } from './patient.ts';

export interface ExaminedGroup {
  group: Group;
  findings: Finding[];
}

/**
 * @throws ConfigError when the configuration cannot be read, and an Error saying what to do when the local stack does not
 *   run; whatever else is wrong is a finding.
 * @param stateDirectory of the local stack
 */
export async function* examine(
  options: DoctorOptions,
  stateDirectory?: string,
): AsyncGenerator<ExaminedGroup> {
  const config = await readConfig(options);
  if (options.aws !== true) {
    const patient = await localPatient(config, options.config, stateDirectory);
    yield { group: 'AWS', findings: localAws() };
    yield* examinePatient(patient);
    return;
  }
  const stackName = options.stack ?? config.stackName;
  let access: AwsAccess;
  try {
    access = await accessAws(stackName);
  } catch (error) {
    yield { group: 'AWS', findings: [noAccess(error)] };
    return;
  }
  const patient = awsPatient(config, options.config, stackName, access.stack);
  yield { group: 'AWS', findings: await examineAws(access, patient) };
  yield* examinePatient(patient);
}

async function* examinePatient(patient: Patient): AsyncGenerator<ExaminedGroup> {
  const { parameters, remedies } = patient;
  const names = {
    'migrate-parameter': parameters.migrateDatabaseUrl,
    'runtime-parameter': parameters.runtimeDatabaseUrl,
    'webhook-parameter': parameters.slackWebhookUrl,
  };
  const read = await inspectParameters(new SSMClient(patient.aws), Object.values(names));
  const missing: InspectedParameter = { facts: { state: 'missing' } };
  yield {
    group: 'Parameters',
    findings: Object.entries(names).map(([check, name]) =>
      judgeParameter(check as Check, name, (read.get(name) ?? missing).facts, remedies),
    ),
  };

  const migrateUrl = read.get(parameters.migrateDatabaseUrl)?.value;
  const runtimeUrl = read.get(parameters.runtimeDatabaseUrl)?.value;
  const ca = await readCa(patient.config.databaseCa).then(
    (pem) => ({ pem }),
    (error: unknown) => ({ problem: describe(error) }),
  );
  const connection = async (role: ConnectionRole, url: string | undefined) => {
    if (url === undefined) return [unknown(`${role}-host`, `see ${role}-parameter`)];
    if ('problem' in ca) return [unknown(`${role}-tls`, ca.problem)];
    const shared = userAt(migrateUrl) === userAt(runtimeUrl);
    return examineConnection({ role, connectionString: url, shared, ca: ca.pem }, patient);
  };
  yield { group: 'Migrate connection', findings: await connection('migrate', migrateUrl) };
  yield { group: 'Runtime connection', findings: await connection('runtime', runtimeUrl) };

  const owner = await connectAsOwner(migrateUrl, 'problem' in ca ? undefined : ca.pem);
  try {
    const asOwner = (checks: readonly Check[], look: typeof examineDatabase) =>
      owner === undefined
        ? checks.map((check) => unknown(check, 'the migrate connection does not get in'))
        : look(owner, patient);
    yield { group: 'Database', findings: await asOwner(CHECKS.Database, examineDatabase) };
    yield { group: 'Partitions', findings: await asOwner(CHECKS.Partitions, examinePartitions) };
    yield { group: 'Stack', findings: await examineStack(patient) };
    yield {
      group: 'Alerts',
      findings: [
        ...(await examineAlarmRecipient(patient)),
        ...(await examineWebhook(read.get(parameters.slackWebhookUrl)?.value, patient)),
        ...(await asOwner(['teams'], examineTeams)),
        ...(await asOwner(['outbox'], examineOutbox)),
      ],
    };
    yield {
      group: 'Queues',
      findings: [
        ...(await examineQueues(patient)),
        ...(await asOwner(['rejected-calls'], examineRejectedCalls)),
        ...(await asOwner(['late-deliveries'], examineLateDeliveries)),
      ],
    };
  } finally {
    await owner?.end();
  }
}

/** Undefined when nobody gets in: what is wrong then is a finding of the connection's group. */
async function connectAsOwner(
  connectionString: string | undefined,
  ca: string | undefined,
): Promise<Client | undefined> {
  if (connectionString === undefined) return undefined;
  return connect({ connectionString, ca, applicationName: 'tricost doctor' }).catch(
    () => undefined,
  );
}

/** Supavisor wants `login.project`, and a pooler has another port: the login and the database are what count. */
function userAt(url: string | undefined): string {
  const parsed = URL.parse(url ?? '');
  return parsed === null ? '' : `${parsed.username.split('.')[0]} ${parsed.pathname}`;
}
