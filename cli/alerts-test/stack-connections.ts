/** The owner's database and the notify queue of one stack: a message written to one must be announced in the other. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Client } from 'pg';
import { connect } from '../../adapters/postgres/connect.ts';
import { inspectParameters } from '../../adapters/ssm/inspect-parameters.ts';
import { readCa } from '../database-authorities.ts';
import {
  awsClientSettings,
  localStack,
  readConfig,
  refuseDatabaseWithoutStack,
  type StackOptions,
  stackOutput,
} from '../target.ts';

export interface StackConnections {
  client: Client;
  sqs: SQSClient;
  notifyQueueUrl: string;
}

export interface ConnectionOptions extends StackOptions {
  databaseUrl?: string;
  config?: string;
}

/** @throws Error with what to do when one of them cannot be reached */
export async function connectToStack(options: ConnectionOptions): Promise<StackConnections> {
  refuseDatabaseWithoutStack(options);
  const notifyQueueUrl = await stackOutput(options, 'NotifyQueueUrl');
  const settings = await awsClientSettings(options);
  const { sqsEndpoint } = options.aws === true ? {} : await localStack();
  const ca =
    options.aws === true ? await readCa((await readConfig(options)).databaseCa) : undefined;
  const client = await connect({
    connectionString: await ownerUrl(options),
    ca,
    applicationName: 'tricost alerts test',
  });
  const sqs = new SQSClient(
    sqsEndpoint === undefined ? settings : { ...settings, endpoint: sqsEndpoint },
  );
  return { client, sqs, notifyQueueUrl };
}

/** Never DATABASE_URL, which many a shell exports for something else: the message would wait in a database nobody reads. */
async function ownerUrl(options: ConnectionOptions): Promise<string> {
  if (options.databaseUrl !== undefined) return options.databaseUrl;
  if (options.aws !== true) return (await localStack()).databaseUrl;
  const parameter = await stackOutput(options, 'MigrateDatabaseUrlParameter');
  const read = await inspectParameters(new SSMClient(), [parameter]);
  const { facts, value } = read.get(parameter) ?? {};
  if (value !== undefined) return value;
  const why = facts?.state === 'unreadable' ? facts.why : 'it does not exist';
  throw new Error(
    `the parameter ${parameter} cannot be read: ${why}; or name the database with --database-url`,
  );
}
