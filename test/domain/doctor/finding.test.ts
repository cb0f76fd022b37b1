/** What all findings amount to, and the commands in them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CHECKS,
  exitCode,
  mend,
  notHere,
  summary,
  unknown,
  warning,
  well,
} from '../../../domain/doctor/finding.ts';
import { remediesFor, shellQuoted } from '../../../domain/doctor/remedies.ts';

const WELL = well('roles', 'fine');
const WARNING = warning('roles', 'odd', 'look');
const MEND = mend('roles', 'broken', 'mend it');
const UNKNOWN = unknown('roles', 'no answer');
const NOT_HERE = notHere('roles', 'no stack');

test.each([
  [[], 0],
  [[WELL, WARNING, NOT_HERE], 0],
  [[WELL, UNKNOWN], 2],
  [[UNKNOWN, MEND, WELL], 1],
])('%j exits with %i', (findings, code) => {
  expect(exitCode(findings)).toBe(code);
});

test('the summary counts each state', () => {
  expect(summary([WELL, WELL, WARNING, MEND, UNKNOWN, NOT_HERE])).toBe(
    '2 well, 1 warning, 1 to mend, 1 could not be checked, 1 not checked here',
  );
});

test('each check has a row in the reference', () => {
  const reference = readFileSync('docs/reference/doctor.md', 'utf8');
  const missing = Object.values(CHECKS)
    .flat()
    .filter((check) => !reference.includes(`\`${check}\``));
  expect(missing).toEqual([]);
});

describe('commands', () => {
  test('a quoted word is the word, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.string().map((text) => text.replaceAll('\0', ''))), (words) => {
        const script = `printf '%s\\0' begin ${words.map(shellQuoted).join(' ')}`;
        const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
        expect(printed.split('\0').slice(1, -1)).toEqual(words);
      }),
      { numRuns: 25 },
    );
  });

  test('name the stack, the parameter and the database', () => {
    const aws = remediesFor({ local: undefined, stack: 'Staging', migrateParameter: '/db/owner' });
    expect(aws.sql("select 'x'")).toBe(
      `psql "$(aws ssm get-parameter --with-decryption --name /db/owner --query Parameter.Value --output text)" -c 'select '\\''x'\\'''`,
    );
    expect(aws.tricost('alerts test')).toBe('npx tricost alerts test --aws --stack Staging');
    expect(aws.putParameter('/db/owner')).toContain('--type SecureString --name /db/owner ');
    expect(aws.putParameter('/db/owner')).not.toContain('--endpoint-url');
    const local = remediesFor({
      local: { endpoint: 'http://127.0.0.1:4000', region: 'us-east-1' },
      stack: 'Tricost',
      migrateParameter: '/db/owner',
    });
    expect(local.putParameter('/db/owner')).toBe(
      'read -rs value; AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws --endpoint-url http://127.0.0.1:4000 --region us-east-1 ssm put-parameter --overwrite --type SecureString --name /db/owner --value "$value"',
    );
    expect(local.tricost('alerts test')).toBe('npx tricost alerts test');
    expect(local.tricostOnDatabase('partitions list')).toContain('.tricost/local.json');
  });

  test('name the configuration that the doctor was given', () => {
    const config = 'my team.json';
    const given = remediesFor({
      local: undefined,
      stack: 'Staging',
      config,
      migrateParameter: '/owner',
    });
    expect(given.tricostOnDatabase('partitions list')).toMatch(/ --config 'my team.json'$/);
    expect(given.tricost('doctor')).toMatch(/ --stack Staging --config 'my team.json'$/);
    expect(given.deploy).toBe("npx cdk deploy -c config='my team.json'");
  });
});
