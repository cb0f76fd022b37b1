/** The assembly as `cdk deploy` and `npm start` get it: made by the real app, in a process of its own. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { parseConfig } from '../../config/read-config.ts';
import { TricostStack } from '../../lib/tricost-stack.ts';
import { sharedAssembly } from '../support/shared-assembly.ts';
import { resourcesOf, synthesize } from './synthesize.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'tricost-synthesis-'));

test('ids that name data never change: a new one would be a new, empty queue', () => {
  const ids = resourcesOf(synthesize(), 'AWS::SQS::Queue').map(([id]) => id);
  expect(ids.toSorted()).toEqual([
    'FailedJobs5900FD3C',
    'IngestCallsQueue3E81571D',
    'IngestCallsQueueDeadLettersDF50434C',
    'NotifyQueue88C4094D',
    'NotifyQueueDeadLetters4446A0CF',
  ]);
});

test('the outputs are what publishers and tools need', () => {
  expect(Object.keys(synthesize().findOutputs('*')).toSorted()).toEqual([
    'AlarmTopicArn',
    'DeadLetterQueueUrl',
    'FailedJobsQueueUrl',
    'IngestCallsFunctionName',
    'MigrateDatabaseUrlParameter',
    'NotifyDeadLetterQueueUrl',
    'NotifyQueueUrl',
    'PublisherPolicyArn',
    'QueueArn',
    'QueueUrl',
    'RuntimeDatabaseUrlParameter',
    'ScheduleGroupName',
    'SlackWebhookUrlParameter',
  ]);
});

test('schedule group and alarms carry the name of the stack, so that two stacks fit one account', () => {
  const template = synthesize({ stackName: 'tricost-staging' });
  template.hasResourceProperties('AWS::Scheduler::ScheduleGroup', { Name: 'tricost-staging' });
  for (const [, { Properties }] of resourcesOf(template, 'AWS::CloudWatch::Alarm')) {
    expect(Properties['AlarmName']).toMatch(/^tricost-staging[/]/);
  }
});

test('whatever is configured, resources are as CloudFormation describes their types', () => {
  const app = new App({ context: cdkJson.context });
  const vpc = {
    vpcId: 'vpc-0123456789abcdef0',
    subnetIds: ['subnet-0123456789abcdef0'],
    securityGroupIds: ['sg-0123456789abcdef0'],
  };
  const configurations = [
    { vpc, featureIndex: true, databaseCa: 'aws-rds', terminationProtection: true },
    { alarmEmail: 'none', reportingZone: 'Europe/Rome', boardUrl: 'https://board.example.com' },
  ];
  for (const [index, settings] of configurations.entries()) {
    const name = `tricost-${index}`;
    const written = { alarmEmail: 'ops@example.com', stackName: name, ...settings };
    new TricostStack(app, name, { config: parseConfig(written, 'tricost.config.json') });
  }
  expect(() => app.synth()).not.toThrow();

  const wrong = new App({ context: cdkJson.context });
  const properties = { VisibilityTimeout: 'a while' };
  new CfnResource(new Stack(wrong, 'Wrong'), 'Queue', { type: 'AWS::SQS::Queue', properties });
  expect(() => wrong.synth()).toThrow("VisibilityTimeout: 'a while' is not of type 'integer'");
});

describe('bin/tricost.ts', () => {
  test('makes the same bytes twice, and nothing that needs a look-up', async () => {
    const [first, second] = [await sharedAssembly(), join(scratch, 'second')];
    await synthesizeInto(second);
    const files = filesBelow(first);
    expect(files).toContain('Tricost.template.json');
    expect(filesBelow(second)).toEqual(files);
    for (const file of files) {
      expect(readFileSync(join(second, file)).equals(readFileSync(join(first, file))), file).toBe(
        true,
      );
    }
    expect(JSON.parse(readFileSync(join(first, 'manifest.json'), 'utf8'))).not.toHaveProperty(
      'missing',
    );
    // The checks of lib/template-checks.ts were made.
    expect(readFileSync(join(first, 'validation-report.json'), 'utf8')).toContain('AwsSolutions');
  });

  test('tells what is wrong with the configuration, without a stack trace, and fails', async () => {
    const config = join(scratch, 'wrong.json');
    writeFileSync(config, '{"alarmEmial":"ops@example.com","reportingZone":"Rome"}');
    const failure = await synthesizeInto(join(scratch, 'wrong'), { config }).catch(
      (error) => error,
    );
    expect(failure.code).toBe(1);
    expect(failure.stderr).toBe(
      [
        `${config} cannot be used:`,
        '  - alarmEmail is missing: set it to an email address that a person reads, or "none" to let alarms reach nobody',
        '  - alarmEmial is not a setting: did you mean alarmEmail?',
        '  - reportingZone is "Rome", but must be an IANA time zone, for example "UTC" or "Europe/Rome"',
        '',
      ].join('\n'),
    );
  });
});

/** @param context what `-c` gives on the CDK's command line. */
function synthesizeInto(outdir: string, context: Record<string, string> = {}) {
  return run(process.execPath, ['bin/tricost.ts'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      // Three quarters of the time; template-checks.test.ts has it.
      CDK_VALIDATION: 'false',
    },
  });
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();
}
