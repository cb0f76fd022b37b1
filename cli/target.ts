/** Which stack a command talks to: the local one, while it runs, or the one on AWS. */
import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import pg from 'pg';
import { connectionSettings } from '../adapters/postgres/connect.ts';
import { CONFIG_FILE, type TricostConfig } from '../config/config.ts';
import { type LocalFile, readLocalFile } from '../local/state/local-file.ts';

const STATE_DIRECTORY = join(import.meta.dirname, '..', '.tricost');

/**
 * @param otherwise how else the command can be told what to talk to
 * @throws Error with what to do, when the local stack does not run
 */
export async function localStack(
  otherwise = 'add --aws',
  stateDirectory = STATE_DIRECTORY,
): Promise<LocalFile> {
  const stack = await runningStack(stateDirectory);
  if (stack === undefined) {
    throw new Error(
      `the local stack does not run; start it with \`npm start\` in another terminal, or ${otherwise}`,
    );
  }
  return stack;
}

async function runningStack(stateDirectory: string): Promise<LocalFile | undefined> {
  const stack = await readLocalFile(stateDirectory);
  return stack !== undefined && isAlive(stack.pid) ? stack : undefined;
}

/** How a command is told which stack it is about. */
export interface StackOptions {
  aws?: boolean;
  stack?: string;
  config?: string;
}

export const AWS_HELP = 'on AWS, with the credentials and region of the environment';
export const STACK_HELP = 'name of the stack on AWS (default: as in the configuration)';
export const CONFIG_HELP = 'configuration file (default: tricost.config.json)';

/** @throws ConfigError when it cannot be used */
export async function readConfig({ config = CONFIG_FILE }: StackOptions): Promise<TricostConfig> {
  // Its schema takes long to load, and many a command needs none.
  const { readConfigFile } = await import('../config/read-config.ts');
  return readConfigFile(config);
}

/** Of the stack on AWS. */
export async function stackName(options: StackOptions): Promise<string> {
  return options.stack ?? (await readConfig(options)).stackName;
}

/**
 * The stack's outputs by name: of the local run, or as CloudFormation tells them.
 *
 * @throws Error with what to do, when there is no such stack
 */
async function stackOutputs(options: StackOptions): Promise<Record<string, string>> {
  if (options.aws !== true) return (await localStack()).outputs;
  // Most commands talk to no AWS, and it takes longer to load than they take to run.
  const { CloudFormationClient, DescribeStacksCommand } = await import(
    '@aws-sdk/client-cloudformation'
  );
  const name = await stackName(options);
  const client = new CloudFormationClient(await awsClientSettings(options));
  const { Stacks: [stack] = [] } = await client
    .send(new DescribeStacksCommand({ StackName: name }))
    .catch((cause: unknown) => {
      if (!(cause instanceof Error) || !/does not exist/.test(cause.message)) throw cause;
      throw new Error(
        `there is no stack ${name} in this account and region; name yours with --stack or --config, or deploy it with \`npx cdk deploy\``,
        { cause },
      );
    });
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

/** @throws Error when the stack is older than the output */
export async function stackOutput(options: StackOptions, name: string): Promise<string> {
  const value = (await stackOutputs(options))[name];
  if (value === undefined) {
    throw new Error(`the stack has no output ${name}: deploy this release with \`npx cdk deploy\``);
  }
  return value;
}

/** Settings for an AWS SDK client: the local endpoint with dummy keys, or AWS as the environment says. */
export async function awsClientSettings(options: { aws?: boolean }): Promise<{
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}> {
  if (options.aws === true) return {};
  const { awsEndpoint, region } = await localStack();
  return {
    endpoint: awsEndpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
}

export async function sqsClient(options: StackOptions): Promise<SQSClient> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const settings = await awsClientSettings(options);
  // Locally, the queues have an address of their own.
  if (options.aws !== true) settings.endpoint = (await localStack()).sqsEndpoint;
  return new SQSClient(settings);
}

/**
 * The connection string a command shall use: its flag, else DATABASE_URL, else the local stack's. Says on standard error
 * which database that is, because many a shell exports DATABASE_URL for something else.
 *
 * @throws Error with what to do, when there is none or it is not a URL
 */
export async function databaseUrl(
  flag: string | undefined,
  stateDirectory = STATE_DIRECTORY,
): Promise<string> {
  const fromShell = process.env['DATABASE_URL'];
  if (flag !== undefined) return announced(flag, '--database-url');
  if (fromShell !== undefined) return announced(fromShell, 'DATABASE_URL');
  const local = await localStack('add --database-url <url>', stateDirectory);
  return announced(local.databaseUrl, 'the local stack');
}

/**
 * The local stack, when it runs and the database that a command takes is its own; undefined: it is that of another stack.
 */
export async function localStackOf(
  { aws, databaseUrl: flag }: StackOptions & { databaseUrl?: string },
  stateDirectory = STATE_DIRECTORY,
): Promise<LocalFile | undefined> {
  if (aws === true) return undefined;
  const stack = await runningStack(stateDirectory);
  if (stack === undefined) return undefined;
  const named = flag ?? process.env['DATABASE_URL'] ?? stack.databaseUrl;
  return named === stack.databaseUrl ? stack : undefined;
}

/** What `connect` needs to know of a database. */
export interface StackDatabase {
  connectionString: string;
  ca?: string;
}

/** What a command shall connect to that is told a database alone: see databaseUrl. */
export async function namedDatabase(options: {
  databaseUrl?: string;
  config?: string;
}): Promise<StackDatabase> {
  return withCa(await databaseUrl(options.databaseUrl), options);
}

export const STACK_DATABASE_HELP =
  "the owner's connection string, for example through a tunnel (default: the stack's own)";

/**
 * The stack's own database, as the schema's owner: the flag, else what the stack's parameter holds, else the local stack's.
 * Never DATABASE_URL: these commands join a database with the queues of its stack, and must not mix two installations.
 *
 * @throws Error with what to do, when there is none
 */
export async function stackDatabase(
  options: StackOptions & { databaseUrl?: string },
): Promise<StackDatabase> {
  const { aws, databaseUrl: flag } = options;
  if (flag !== undefined) return withCa(announced(flag, '--database-url'), options);
  if (aws !== true) {
    return { connectionString: announced((await localStack()).databaseUrl, 'the local stack') };
  }
  const parameter = await stackOutput(options, 'MigrateDatabaseUrlParameter');
  const url = announced(await secretParameter(parameter), `the parameter ${parameter}`);
  return withCa(url, options);
}

/**
 * For commands that join a database with queues: without --aws the queues would be the local stack's, whosever database it is.
 *
 * @throws Error with what to do, when the database is named and its stack is not
 */
export function refuseDatabaseWithoutStack(options: StackOptions & { databaseUrl?: string }): void {
  if (options.databaseUrl === undefined || options.aws === true) return;
  throw new Error(
    '--database-url names a database, and without --aws the queues are those of the local stack: add --aws, or leave --database-url out',
  );
}

/** @throws Error that names the parameter when there is none */
async function secretParameter(name: string): Promise<string> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const { Parameter: parameter } = await new SSMClient()
    .send(new GetParameterCommand({ Name: name, WithDecryption: true }))
    .catch((cause: unknown) => {
      if (!(cause instanceof Error) || cause.name !== 'ParameterNotFound') throw cause;
      throw new Error(
        `there is no parameter ${name} in this account and region: store it as docs/how-to/deploy.md says, or name the database with --database-url`,
        { cause },
      );
    });
  return parameter?.Value ?? '';
}

/** With the authority that the configuration names, where TLS is spoken: as the functions connect. */
async function withCa(connectionString: string, options: StackOptions): Promise<StackDatabase> {
  if (connectionSettings({ connectionString }).ssl === false) return { connectionString };
  const { readCa } = await import('./database-authorities.ts');
  const ca = await readCa((await readConfig(options)).databaseCa);
  return ca === undefined ? { connectionString } : { connectionString, ca };
}

function announced(url: string, source: string): string {
  // As the driver understands the URL: a parameter in it may replace the host. Never its password.
  const { host, port, database } = new pg.Client(connectionSettings({ connectionString: url }));
  process.stderr.write(`database ${host}:${port}/${database ?? ''}, from ${source}\n`);
  return url;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
