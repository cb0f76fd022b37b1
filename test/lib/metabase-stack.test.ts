/** Metabase on Fargate: what its template holds, and that every check of a synthesis passes it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, onTestFinished, test } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { parseConfig } from '../../config/read-config.ts';
import { MetabaseStack } from '../../lib/metabase-stack.ts';
import { addTemplateChecks } from '../../lib/template-checks.ts';

const SETTINGS = {
  url: 'https://metabase.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0123abcd',
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  allowFrom: ['203.0.113.0/24'],
};

function make(app: App, settings: object): MetabaseStack {
  const config = parseConfig(
    { alarmEmail: 'none', reportingZone: 'Europe/Rome', metabase: { ...SETTINGS, ...settings } },
    'tricost.config.json',
  );
  if (config.metabase === undefined) throw new Error('the settings have a Metabase');
  return new MetabaseStack(app, 'TricostMetabase', {
    ...config,
    stackName: 'TricostMetabase',
    metabase: config.metabase,
  });
}

/** As `bin/metabase.ts` does, but for taking a warning for an error too: what is acknowledged. */
function check(settings: object): string[] {
  const outdir = mkdtempSync(join(tmpdir(), 'tricost-metabase-'));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  const app = new App({
    outdir,
    context: { ...cdkJson.context, '@aws-cdk/core:strictCfnValidateErrors': true },
  });
  addTemplateChecks(app);
  make(app, settings);
  app.synth();
  const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
    pluginReports: { suppressedViolations?: { ruleName: string }[] }[];
  };
  return report.pluginReports
    .flatMap(({ suppressedViolations = [] }) => suppressedViolations.map((one) => one.ruleName))
    .sort();
}

describe('nothing is found, but for what is acknowledged', () => {
  const ACKNOWLEDGED = ['ECS2', 'ECS4', 'ELB2'].map((rule) => `AwsSolutions-${rule}`);

  test('from one office', () => expect(check({})).toEqual(ACKNOWLEDGED));

  test('from the whole internet, which somebody has to write', () => {
    expect(check({ allowFrom: ['0.0.0.0/0'] })).toEqual(['AwsSolutions-EC23', ...ACKNOWLEDGED]);
  });
});

const template = Template.fromStack(
  make(new App({ context: cdkJson.context, builtinCloudFormationValidation: false }), {}),
);

test('one task on ARM with a pinned release, its secrets from parameters', () => {
  template.hasResourceProperties('AWS::ECS::TaskDefinition', {
    Cpu: '1024',
    Memory: '2048',
    RuntimePlatform: { CpuArchitecture: 'ARM64' },
  });
  const [container] = Object.values(template.findResources('AWS::ECS::TaskDefinition')).flatMap(
    (task) => task['Properties'].ContainerDefinitions,
  );
  expect(
    readFileSync(`${import.meta.dirname}/../../deploy/metabase/compose.yaml`, 'utf8'),
  ).toContain(`image: ${container.Image}\n`);
  expect(container.Secrets.map(({ Name }: { Name: string }) => Name)).toEqual([
    'MB_DB_CONNECTION_URI',
    'MB_ENCRYPTION_SECRET_KEY',
  ]);
  expect(container.Environment).toContainEqual({
    Name: 'MB_REPORT_TIMEZONE',
    Value: 'Europe/Rome',
  });
});

test('its roles read the two parameters, pull nothing of ours, and write one log', () => {
  const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
    (policy) => policy['Properties'].PolicyDocument.Statement as { Action: string | string[] }[],
  );
  expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'ssm:GetParameters',
  ]);
});

test('only the load balancer reaches the task, and only over TLS is it reached', () => {
  const groups = Object.entries(template.findResources('AWS::EC2::SecurityGroup'));
  const open = groups.flatMap(([, { Properties }]) => Properties.SecurityGroupIngress ?? []);
  expect(open).toMatchObject([{ CidrIp: '203.0.113.0/24', FromPort: 443, ToPort: 443 }]);
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    FromPort: 3000,
    ToPort: 3000,
  });
  template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', { Protocol: 'HTTPS' });
});

test('a start is waited for, and one that fails is given up', () => {
  template.hasResourceProperties('AWS::ECS::Service', {
    HealthCheckGracePeriodSeconds: 300,
    DeploymentConfiguration: {
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      MaximumPercent: 100,
      MinimumHealthyPercent: 0,
    },
  });
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
    HealthCheckPath: '/api/session/properties',
  });
});
