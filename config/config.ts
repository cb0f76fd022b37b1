/** What a team decides about its stack: the typed form of tricost.config.json. */
import { join } from 'node:path';

/** Where it is, unless another is named. */
export const CONFIG_FILE = join(import.meta.dirname, '..', 'tricost.config.json');

export interface TricostConfig {
  /** Name of the CloudFormation stack and of its schedule group. */
  readonly stackName: string;
  /** Where alarms are sent; undefined when the file says `"none"`. */
  readonly alarmEmail: string | undefined;
  /** IANA zone whose days the alert uses. */
  readonly reportingZone: string;
  readonly alert: AlertConfig;
  /** Address of the dashboard; undefined: messages carry no link. */
  readonly boardUrl: string | undefined;
  readonly parameters: ParameterNames;
  readonly databaseCa: DatabaseCa;
  readonly partitions: PartitionsConfig;
  /** Adds the (feature, ts) index of the original recipe. */
  readonly featureIndex: boolean;
  /** Undefined: the functions run outside any VPC. */
  readonly vpc: VpcConfig | undefined;
  /** Sends an empty envelope through the queue every quarter of an hour and watches it arrive. */
  readonly canary: boolean;
  /** Undefined: Metabase, if there is one, runs elsewhere. */
  readonly metabase: MetabaseConfig | undefined;
  readonly terminationProtection: boolean;
}

export interface AlertConfig {
  /** `0.3` alerts above +30 %. */
  readonly growthRatio: number;
  /** Decimal number of US dollars. */
  readonly minimumSpendUsd: string;
  /** Whether one line a day says what was looked at, also when nothing fires. */
  readonly heartbeat: boolean;
}

/** Names of SSM SecureString parameters. */
export interface ParameterNames {
  readonly migrateDatabaseUrl: string;
  readonly runtimeDatabaseUrl: string;
  readonly slackWebhookUrl: string;
}

/** What the names of the parameters with teams' webhooks and tokens begin with: notify may read these, and no others. */
export function teamParameterPrefix(stackName: string): string {
  return `/tricost/${stackName}/slack/`;
}

/** Who signed the database's certificate. */
export type DatabaseCa =
  | { readonly kind: 'system' }
  | { readonly kind: 'aws-rds' }
  | { readonly kind: 'pem'; readonly pem: string };

export interface PartitionsConfig {
  readonly monthsBack: number;
  readonly monthsAhead: number;
  /** Null: nothing is ever dropped. */
  readonly retentionMonths: number | null;
}

export interface VpcConfig {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface MetabaseConfig {
  /** Without a path. */
  readonly url: string;
  readonly certificateArn: string;
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** Ranges of IPv4 addresses. */
  readonly allowFrom: readonly string[];
  /** Names of SSM SecureString parameters. */
  readonly parameters: {
    /** A JDBC address. */
    readonly databaseUrl: string;
    readonly encryptionKey: string;
  };
}

/** Everything wrong with a configuration file, one sentence each. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super(`${file} cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
