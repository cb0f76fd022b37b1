/** What `cdk synth` checks: CloudFormation's validator, cdk-nag and our own rules; each is shown to find a planted fault. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App,
  CfnResource,
  CloudFormationValidatePlugin,
  type IPolicyValidationPlugin,
  Validations,
} from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { parseConfig } from '../../config/read-config.ts';
import { addTemplateChecks } from '../../lib/template-checks.ts';
import { TricostStack } from '../../lib/tricost-stack.ts';
import {
  type Fault,
  FUNCTION,
  MAPPING,
  QUEUE,
  SCHEDULE,
  set,
  withFault,
} from './planted-faults.ts';
import { EXAMPLE_VPC } from './synthesize.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tricost-checks-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The one that every app has, kept for all tests here: it takes seconds to load. */
const validator = new CloudFormationValidatePlugin() as IPolicyValidationPlugin;
// Long only for a busy machine: no test waits for the loading.
beforeAll(() => void synthesize({}), 240_000);

interface Report {
  pluginReports: {
    suppressedViolations?: { ruleName: string; reason: string; acknowledgedAt: string }[];
  }[];
}

/**
 * Synthesizes as `bin/tricost.ts` does, but for taking a warning for an error too.
 *
 * @throws Error with what the checks found.
 */
function synthesize(settings: object, plant: (stack: Construct) => unknown = () => {}): Report {
  const config = parseConfig({ alarmEmail: 'ops@example.com', ...settings }, 'tricost.config.json');
  const outdir = mkdtempSync(join(scratch, 'out-'));
  const app = new App({
    outdir,
    context: {
      ...cdkJson.context,
      '@aws-cdk/core:strictCfnValidateErrors': true,
    },
  });
  Validations.of(app).addPlugins(validator);
  addTemplateChecks(app);
  const stack = new TricostStack(app, config.stackName, { config });
  plant(stack);
  app.synth();
  return JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report;
}

function acknowledged({ pluginReports }: Report) {
  return pluginReports.flatMap(({ suppressedViolations = [] }) =>
    suppressedViolations.map(({ ruleName, acknowledgedAt }) => `${ruleName} at ${acknowledgedAt}`),
  );
}

const FAILED_JOBS = 'AwsSolutions-SQS3 at Tricost/FailedJobs';
const FOLLOW_UPS =
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:<AWS::AccountId>:schedule/Tricost-follow-ups/*] at Tricost/SpendAlert/Job/Function/Role';
const TEAMS =
  'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/tricost/Tricost/slack/*] at Tricost/Notify/Function/Role';

describe('nothing is found', () => {
  test('without a VPC, but for three findings that are acknowledged', () => {
    expect(acknowledged(synthesize({})).sort()).toEqual([FOLLOW_UPS, TEAMS, FAILED_JOBS]);
  });
  test('in a VPC and with the canary, but for what attaching each of the seven functions takes', () => {
    const found = acknowledged(synthesize({ vpc: EXAMPLE_VPC, canary: true }));
    expect(found).toEqual(expect.arrayContaining([FOLLOW_UPS, TEAMS, FAILED_JOBS]));
    const others = found.filter((it) => ![FOLLOW_UPS, TEAMS, FAILED_JOBS].includes(it));
    expect(others).toHaveLength(7);
    for (const other of others) {
      expect(other).toMatch(/^AwsSolutions-IAM5\[Resource::\*\] at Tricost\/.*Function\/Role$/);
    }
  });
});

/** Changes the first resource of a type below a path. */
function planting(path: string, change: (resource: CfnResource) => void) {
  return (stack: Construct) => {
    const found = stack.node
      .findAll()
      .find((it) => it.node.path.startsWith(`Tricost/${path}`) && it instanceof CfnResource);
    change(found as CfnResource);
  };
}

test.each([
  [
    'CloudFormation',
    planting('Notify/Function/Resource', (it) => it.addPropertyOverride('Runtime', 'nodejs12.x')),
    /nodejs12\.x/,
  ],
  [
    'cdk-nag',
    (stack: Construct) => new Queue(stack, 'Open'),
    /does not require requests to use SSL/,
  ],
  [
    'our own rules',
    planting('Notify/Function/Resource', (it) => it.addPropertyOverride('MemorySize', 20_000)),
    /has 20000 MB of memory/,
  ],
])('a fault that %s finds stops the synthesis', (_who, plant, finding) => {
  expect(() => synthesize({}, plant)).toThrow(finding);
});

/** What it does not find, template-rules.test.ts shows of our own rules. */
describe("CloudFormation's validator finds", () => {
  test.each<[string, Fault, RegExp]>([
    [
      'an unknown property',
      [QUEUE, /^FailedJobs/, set('Colour', 'red')],
      /^F3002 Colour: Additional properties/,
    ],
    [
      'a value out of range',
      [QUEUE, /^FailedJobs/, set('MessageRetentionPeriod', 30)],
      /^F3034 .*30 is less than the minimum of 60/,
    ],
    [
      'a dead runtime',
      [FUNCTION, /^NotifyFunction/, set('Runtime', 'nodejs12.x')],
      /^E2533 .*deprecated/,
    ],
    [
      'a reference to nothing',
      [MAPPING, /^Notify/, set('EventSourceArn', { 'Fn::GetAtt': ['Nothing', 'Arn'] })],
      /^F1020 .*non-existent resource 'Nothing'/,
    ],
    [
      'a batch that is too large',
      [MAPPING, /^Ingest/, set('BatchSize', 20_000)],
      /^F3034 .*greater than the maximum of 10000/,
    ],
    [
      'a concurrency that is too low',
      [MAPPING, /^Notify/, set('ScalingConfig', { MaximumConcurrency: 1 })],
      /^F3034 .*less than the minimum of 2/,
    ],
    [
      'a visibility below the timeout',
      [QUEUE, /^NotifyQueue[0-9A-F]{8}$/, set('VisibilityTimeout', 10)],
      /^E3505 .*less than Function timeout/,
    ],
    [
      'a schedule without a target',
      [SCHEDULE, /^SpendAlert/, set('Target', undefined)],
      /^F3003 .*'Target' is a required property/,
    ],
  ])('%s', (_title, fault, finding) => {
    expect(validate(fault)).toEqual([expect.stringMatching(finding)]);
  });
});

/** One line for each error of the validator. */
function validate(fault: Fault): string[] {
  const templatePath = join(mkdtempSync(join(scratch, 'fault-')), 'Tricost.template.json');
  writeFileSync(templatePath, JSON.stringify(withFault(fault)));
  const { violations } = validator.validate({
    templatePaths: [templatePath],
    stackTemplates: [
      { templatePath, stackConstructPath: 'Tricost', accountId: undefined, region: undefined },
    ],
    appConstruct: new App(),
  });
  return violations
    .filter(({ severity }) => severity === 'error')
    .map(({ ruleName, description }) => `${ruleName} ${description}`);
}
