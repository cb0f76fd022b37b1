/** Reads tricost.config.json at synthesis and reports everything wrong with it at once. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Ajv } from 'ajv';
import schema from './config.schema.json' with { type: 'json' };
import { ConfigError, type TricostConfig } from './config.ts';
import { isAlarmEmail, isIanaZone, isParameterName, isWebAddress } from './config-formats.ts';
import { describeProblems } from './config-problems.ts';
import { readDatabaseCa } from './database-ca.ts';

/** The file as written, once its shape is checked and its defaults are filled in. */
interface WrittenConfig
  extends Omit<TricostConfig, 'alarmEmail' | 'boardUrl' | 'databaseCa' | 'vpc' | 'metabase'> {
  alarmEmail: string;
  boardUrl?: string;
  databaseCa: string;
  vpc?: NonNullable<TricostConfig['vpc']>;
  metabase?: NonNullable<TricostConfig['metabase']>;
}

const ajv = new Ajv({ allErrors: true, verbose: true, useDefaults: true, allowUnionTypes: true });
ajv.addVocabulary(['allowed']);
ajv.addFormat('alarm-email', isAlarmEmail);
ajv.addFormat('iana-zone', isIanaZone);
ajv.addFormat('parameter-name', isParameterName);
ajv.addFormat('web-address', isWebAddress);
const isWrittenConfig = ajv.compile<WrittenConfig>(schema);

/** @throws ConfigError naming the file when it is absent, is not JSON, or holds a wrong value. */
export function readConfigFile(path: string): TricostConfig {
  return parseConfig(parseJson(path, readText(path)), path);
}

/**
 * @param value what the file holds.
 * @param path of the file: named in errors, and the base of a relative `databaseCa`.
 * @throws ConfigError with one sentence for every wrong value.
 */
export function parseConfig(value: unknown, path: string): TricostConfig {
  const written = structuredClone(value);
  if (!isWrittenConfig(written)) {
    throw new ConfigError(path, describeProblems(isWrittenConfig.errors ?? []));
  }
  const databaseCa = readDatabaseCa(written.databaseCa, dirname(resolve(path)));
  const problems = [
    ...retentionProblems(written),
    ...(databaseCa.problem === undefined ? [] : [databaseCa.problem]),
  ];
  if (databaseCa.problem !== undefined || problems.length > 0)
    throw new ConfigError(path, problems);
  return {
    stackName: written.stackName,
    alarmEmail: written.alarmEmail === 'none' ? undefined : written.alarmEmail,
    reportingZone: written.reportingZone,
    alert: written.alert,
    boardUrl: written.boardUrl,
    parameters: written.parameters,
    databaseCa: databaseCa.ca,
    partitions: written.partitions,
    featureIndex: written.featureIndex,
    vpc: written.vpc,
    canary: written.canary,
    metabase: written.metabase,
    terminationProtection: written.terminationProtection,
  };
}

function retentionProblems({ partitions }: WrittenConfig): string[] {
  const { retentionMonths, monthsBack } = partitions;
  if (retentionMonths === null || retentionMonths >= monthsBack) return [];
  return [
    `partitions.retentionMonths is ${retentionMonths}, but must not be below partitions.monthsBack (${monthsBack}): ` +
      'months would be made and dropped every day; raise the first or lower the second',
  ];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(path, [
      `the file cannot be read (${(cause as NodeJS.ErrnoException).code}): create it, or name another with \`-c config=<path>\``,
    ]);
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(path, [`the file is not JSON: ${(cause as Error).message}`]);
  }
}
