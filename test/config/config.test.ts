import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import schema from '../../config/config.schema.json' with { type: 'json' };
import { ConfigError, type TricostConfig } from '../../config/config.ts';
import { parseConfig, readConfigFile } from '../../config/read-config.ts';

const FILE = 'tricost.config.json';
const directory = mkdtempSync(join(tmpdir(), 'tricost-config-'));
const [certificate = ''] = rootCertificates;

const METABASE = {
  url: 'https://metabase.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0123abcd',
  vpcId: 'vpc-0a1b2c3d',
  subnetIds: ['subnet-0a1b2c3d', 'subnet-0a1b2c3e'],
  allowFrom: ['203.0.113.0/24'],
};

test('an address is all a team must write', () => {
  expect(parseConfig({ alarmEmail: 'ops@example.com' }, FILE)).toEqual({
    stackName: 'Tricost',
    alarmEmail: 'ops@example.com',
    reportingZone: 'UTC',
    alert: { growthRatio: 0.3, minimumSpendUsd: '5', heartbeat: true },
    boardUrl: undefined,
    parameters: {
      migrateDatabaseUrl: '/tricost/database-url/migrate',
      runtimeDatabaseUrl: '/tricost/database-url/runtime',
      slackWebhookUrl: '/tricost/slack-webhook-url',
    },
    databaseCa: { kind: 'system' },
    partitions: { monthsBack: 3, monthsAhead: 3, retentionMonths: null },
    featureIndex: false,
    vpc: undefined,
    canary: false,
    metabase: undefined,
    terminationProtection: false,
  } satisfies TricostConfig);
});

test('the file in the repository is valid, and its alarms reach nobody until somebody decides', () => {
  const shipped = readConfigFile(fileURLToPath(new URL(`../../${FILE}`, import.meta.url)));
  expect(shipped.alarmEmail).toBeUndefined();
});

describe('every error names the key, the value, and what is allowed', () => {
  test.each<[title: string, settings: unknown, message: string]>([
    ['not an object', [], 'the file is [], but must be a JSON object'],
    [
      'no address',
      { alarmEmail: undefined },
      'alarmEmail is missing: set it to an email address that a person reads, or "none" to let alarms reach nobody',
    ],
    ['not an address', { alarmEmail: 'ops' }, 'alarmEmail is "ops", but must be an email address'],
    ['None', { alarmEmail: 'None' }, 'alarmEmail is "None", but must be'],
    [
      'a typo',
      { reportingzone: 'UTC' },
      'reportingzone is not a setting: did you mean reportingZone?',
    ],
    [
      'a typo further down',
      { alert: { growthRato: 1 } },
      'alert.growthRato is not a setting: did you mean alert.growthRatio?',
    ],
    [
      'an invention',
      { alert: { cooldown: 1 } },
      'alert.cooldown is not a setting: remove it, or use one of growthRatio, minimumSpendUsd, heartbeat',
    ],
    [
      'a zone in lower case',
      { reportingZone: 'europe/rome' },
      'reportingZone is "europe/rome", but must be an IANA time zone, for example "UTC" or "Europe/Rome"; did you mean "Europe/Rome"?',
    ],
    [
      'a zone in the wrong case, which Node would take and EventBridge would not',
      { reportingZone: 'Europe/rome' },
      'did you mean "Europe/Rome"?',
    ],
    ['an offset', { reportingZone: '+02:00' }, 'reportingZone is "+02:00", but must be an IANA'],
    ['no zone', { reportingZone: 'Mars/Olympus' }, 'reportingZone is "Mars/Olympus", but must be'],
    [
      'a percentage',
      { alert: { growthRatio: '30%' } },
      'alert.growthRatio is "30%", but must be a number above 0 and at most 100, for example 0.3 for +30 %',
    ],
    ['no growth', { alert: { growthRatio: 0 } }, 'alert.growthRatio is 0, but must be'],
    [
      'a float for money',
      { alert: { minimumSpendUsd: 5 } },
      'alert.minimumSpendUsd is 5, but must be a decimal number in quotes',
    ],
    [
      'money with a comma',
      { alert: { minimumSpendUsd: '5,00' } },
      'alert.minimumSpendUsd is "5,00"',
    ],
    [
      'a bare host',
      { boardUrl: 'board.example.com' },
      'boardUrl is "board.example.com", but must be an http',
    ],
    [
      'a script',
      { boardUrl: 'javascript:alert(1)' },
      'boardUrl is "javascript:alert(1)", but must be an http',
    ],
    [
      'a secret instead of its name',
      { parameters: { slackWebhookUrl: 'https://hooks.slack.com/services/T/B/x' } },
      'parameters.slackWebhookUrl holds an address, which may be a secret: put that into an SSM parameter, and here the name of',
    ],
    [
      "AWS's own names",
      { parameters: { runtimeDatabaseUrl: '/aws/x' } },
      'runtimeDatabaseUrl is "/aws/x"',
    ],
    [
      'a name without /',
      { parameters: { migrateDatabaseUrl: 'url' } },
      'migrateDatabaseUrl is "url"',
    ],
    [
      'half a month',
      { partitions: { monthsBack: 1.5 } },
      'partitions.monthsBack is 1.5, but must be a whole number',
    ],
    [
      'no month ahead',
      { partitions: { monthsAhead: 0 } },
      'partitions.monthsAhead is 0, but must be',
    ],
    [
      'retention below the months made',
      { partitions: { monthsBack: 6, retentionMonths: 3 } },
      'partitions.retentionMonths is 3, but must not be below partitions.monthsBack (6)',
    ],
    ['yes', { featureIndex: 'yes' }, 'featureIndex is "yes", but must be true or false'],
    [
      'a long name',
      { stackName: 'x'.repeat(65) },
      'but must be 1 to 64 letters, digits or hyphens',
    ],
    [
      'half a VPC',
      { vpc: { vpcId: 'vpc-0a1b2c3d', securityGroupIds: ['sg-0a1b2c3d'] } },
      'vpc.subnetIds is missing: set it to a list',
    ],
    [
      'a wrong subnet',
      {
        vpc: {
          vpcId: 'vpc-0a1b2c3d',
          subnetIds: ['subnet-0a1b2c3d', 'x'],
          securityGroupIds: ['sg-0a1b2c3d'],
        },
      },
      'vpc.subnetIds[1] is "x", but must be a subnet id',
    ],
    [
      'a Metabase without TLS',
      { metabase: { ...METABASE, url: 'http://metabase.example.com' } },
      'metabase.url is "http://metabase.example.com", but must be an https address without a path',
    ],
    [
      'a Metabase in one zone',
      { metabase: { ...METABASE, subnetIds: ['subnet-0a1b2c3d'] } },
      'metabase.subnetIds is ["subnet-0a1b2c3d"], but must be a list of 2 to 16',
    ],
    [
      'a Metabase for nobody in particular',
      { metabase: { ...METABASE, allowFrom: undefined } },
      'metabase.allowFrom is missing: set it to a list of 1 to 50',
    ],
    [
      'no file',
      { databaseCa: 'nowhere.pem' },
      'databaseCa is "nowhere.pem", but there is no readable file at',
    ],
  ])('%s', (_title, settings, message) => {
    const value = Array.isArray(settings)
      ? settings
      : { alarmEmail: 'ops@example.com', ...(settings as object) };
    expect(problemsOf(JSON.parse(JSON.stringify(value)))).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

test('a secret written instead of its name is not repeated', () => {
  const secret = 'postgres://owner:hunter2@db.example.com/tricost';
  const value = { alarmEmail: 'none', parameters: { migrateDatabaseUrl: secret } };
  expect(problemsOf(value).join()).not.toContain('hunter2');
});

test('all errors are told at once, one sentence a key', () => {
  const problems = problemsOf({
    stackNam: 'x',
    reportingZone: 5,
    alert: { growthRatio: 'x' },
    vpc: {},
  });
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'alarmEmail',
    'stackNam',
    'reportingZone',
    'alert.growthRatio',
    'vpc.vpcId',
    'vpc.subnetIds',
    'vpc.securityGroupIds',
  ]);
});

describe('databaseCa', () => {
  test('takes the text of a PEM file beside the configuration', () => {
    writeFileSync(join(directory, 'ca.pem'), `${certificate}\n`);
    const config = parseConfig({ alarmEmail: 'none', databaseCa: 'ca.pem' }, join(directory, FILE));
    expect(config.databaseCa).toEqual({ kind: 'pem', pem: certificate.trim() });
  });

  test.each([
    ['a file that is not a certificate', 'hello', 'that file is not a certificate'],
    [
      'a bundle too long for an environment variable',
      certificate.repeat(4),
      'but must be at most 3000',
    ],
  ])('refuses %s', (_title, text, message) => {
    writeFileSync(join(directory, 'wrong.pem'), text);
    const value = { alarmEmail: 'none', databaseCa: 'wrong.pem' };
    expect(problemsOf(value, join(directory, FILE))).toEqual([expect.stringContaining(message)]);
  });
});

describe('the file', () => {
  test('that is absent says how to name another', () => {
    expect(() => readConfigFile(join(directory, 'absent.json'))).toThrow(
      /ENOENT.*-c config=<path>/,
    );
  });

  test('that is not JSON says where', () => {
    const path = join(directory, 'broken.json');
    writeFileSync(path, '{"alarmEmail": }');
    expect(() => readConfigFile(path)).toThrow(/not JSON: Unexpected token '}'/);
  });
});

describe('properties', () => {
  test('every zone of the tz database is taken as it is written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('UTC', ...Intl.supportedValuesOf('timeZone')),
        (reportingZone) => {
          expect(parseConfig({ alarmEmail: 'none', reportingZone }, FILE).reportingZone).toBe(
            reportingZone,
          );
        },
      ),
    );
  });

  test('any JSON is either a configuration or a ConfigError with problems', () => {
    const keys = fc.constantFrom(...Object.keys(schema.properties), 'other');
    const anything = fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue()));
    fc.assert(
      fc.property(anything, (value) => {
        try {
          return typeof parseConfig(value, FILE).stackName === 'string';
        } catch (error) {
          return error instanceof ConfigError && error.problems.length > 0;
        }
      }),
      { numRuns: 500 },
    );
  });

  test('reading leaves the given value alone', () => {
    const value = Object.freeze({ alarmEmail: 'none' });
    parseConfig(value, FILE);
    expect(value).toEqual({ alarmEmail: 'none' });
  });
});

test('every part of the schema says what it allows, and the reference lists every setting', async () => {
  const { readFileSync } = await import('node:fs');
  const reference = readFileSync(
    new URL('../../docs/reference/config.md', import.meta.url),
    'utf8',
  );
  for (const [path, part] of partsOf(schema)) {
    expect(part.allowed, path).toBeTypeOf('string');
    if (path !== '$schema' && !path.endsWith('[]')) expect(reference).toContain(`\`${path}\``);
  }
});

interface SchemaPart {
  allowed?: string;
  properties?: Record<string, SchemaPart>;
  items?: SchemaPart;
}

function partsOf(part: SchemaPart, path = ''): [path: string, part: SchemaPart][] {
  const below = Object.entries(part.properties ?? {}).flatMap(([name, child]) =>
    partsOf(child, path === '' ? name : `${path}.${name}`),
  );
  const items = part.items === undefined ? [] : partsOf(part.items, `${path}[]`);
  return path === '' ? below : [[path, part], ...below, ...items];
}

function problemsOf(value: unknown, path = FILE): readonly string[] {
  try {
    parseConfig(value, path);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
