/** Whom the doctor examines: the local stack, a stack on AWS, or what a first deploy will need. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { inspectStack, type StackFacts } from '../../adapters/cloudformation/inspect-stack.ts';
import type { ParameterNames, TricostConfig } from '../../config/config.ts';
import { type LocalAws, type Remedies, remediesFor } from '../../domain/doctor/remedies.ts';
import { type awsClientSettings, localStack } from '../target.ts';

type ClientSettings = Awaited<ReturnType<typeof awsClientSettings>>;

export interface Patient {
  stage: 'local' | 'before-deploy' | 'deployed';
  config: TricostConfig;
  outputs: Record<string, string>;
  parameters: ParameterNames;
  /** For the clients of AWS services. */
  aws: ClientSettings;
  /** And for that of SQS, which has an address of its own locally. */
  sqs: ClientSettings;
  remedies: Remedies;
}

/** The stack on AWS as CloudFormation tells it, beside the clock of this machine. */
export interface AwsAccess {
  stack: StackFacts;
  region: string;
  askedAt: Date;
  answeredAt: Date;
}

/**
 * @param configFile the one that was named; undefined: the usual one
 * @throws Error saying what to do when the local stack does not run
 */
export async function localPatient(
  config: TricostConfig,
  configFile: string | undefined,
  stateDirectory?: string,
): Promise<Patient> {
  const { outputs, awsEndpoint, sqsEndpoint, region } = await localStack(undefined, stateDirectory);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const settings = {
    aws: { endpoint: awsEndpoint, region, credentials },
    sqs: { endpoint: sqsEndpoint, region, credentials },
  };
  const local = { endpoint: awsEndpoint, region };
  return patient('local', config, configFile, outputs, settings, local);
}

/** @throws the client's own error: no credentials, no region, no permission */
export async function accessAws(stackName: string): Promise<AwsAccess> {
  const client = new CloudFormationClient({});
  const region = await client.config.region();
  const askedAt = new Date();
  const stack = await inspectStack(client, stackName);
  return { stack, region, askedAt, answeredAt: new Date() };
}

export function awsPatient(
  config: TricostConfig,
  configFile: string | undefined,
  stackName: string,
  stack: StackFacts,
): Patient {
  const named = { ...config, stackName };
  return stack.state === 'deployed'
    ? patient('deployed', named, configFile, stack.outputs, { aws: {}, sqs: {} })
    : patient('before-deploy', named, configFile, {}, { aws: {}, sqs: {} });
}

function patient(
  stage: Patient['stage'],
  config: TricostConfig,
  configFile: string | undefined,
  outputs: Record<string, string>,
  settings: Pick<Patient, 'aws' | 'sqs'>,
  local?: LocalAws,
): Patient {
  const { parameters } = config;
  // The stack's own where there is one: the file may have been edited since the deploy.
  const names = {
    migrateDatabaseUrl: outputs['MigrateDatabaseUrlParameter'] ?? parameters.migrateDatabaseUrl,
    runtimeDatabaseUrl: outputs['RuntimeDatabaseUrlParameter'] ?? parameters.runtimeDatabaseUrl,
    slackWebhookUrl: outputs['SlackWebhookUrlParameter'] ?? parameters.slackWebhookUrl,
  };
  return {
    stage,
    config,
    outputs,
    parameters: names,
    ...settings,
    remedies: remediesFor({
      local,
      stack: config.stackName,
      config: configFile,
      migrateParameter: names.migrateDatabaseUrl,
    }),
  };
}
