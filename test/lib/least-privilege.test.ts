/** Nobody gets a policy written by AWS, a wildcard resource, or a resource of somebody else. */
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { resourcesOf, synthesize, EXAMPLE_VPC as vpc } from './synthesize.ts';

interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}
interface Grant extends Statement {
  /** Logical id of the policy or role that holds the statement. */
  holder: string;
}

describe.each([
  ['without a VPC', synthesize()],
  ['in a VPC', synthesize({ vpc })],
])('%s', (_title, template) => {
  test('no role carries a policy managed by AWS', () => {
    for (const [id, { Properties }] of resourcesOf(template, 'AWS::IAM::Role')) {
      expect(Properties, id).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  test('nothing is allowed on every resource, but for the network interfaces that Lambda itself makes', () => {
    const wild = grantsOf(template).filter(isWild);
    for (const { Action } of wild) {
      for (const action of [Action].flat()) expect(action).toMatch(/^ec2:/);
    }
  });

  test('no action is a wildcard', () => {
    for (const { holder, Action } of grantsOf(template)) {
      expect([Action].flat().join(), holder).not.toContain('*');
    }
  });
});

test('without a VPC there is no wildcard resource at all', () => {
  expect(grantsOf(synthesize()).filter(isWild)).toEqual([]);
});

test.each([
  ['the default name', {}],
  // CloudFormation shortens it in the names of the functions, which the Deny must cover all the same.
  ['the longest name', { stackName: 'T'.repeat(64) }],
])(
  'in a VPC, in a stack of %s, the code of a function cannot use what Lambda needs to attach it',
  (_title, settings) => {
    const template = synthesize({ vpc, ...settings });
    const grants = grantsOf(template).filter(isWild);
    const denied = grants.filter(({ Effect }) => Effect === 'Deny');
    const allowed = grants.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(6);
    expect(denied.map(({ Action }) => Action)).toEqual(allowed.map(({ Action }) => Action));
    for (const { Condition } of denied) {
      expect(JSON.stringify(Condition)).toMatch(/lambda:SourceFunctionArn.*:function:\*/);
    }
  },
);

test('in a VPC, roles are allowed nothing more than that', () => {
  const allowed = (template: Template) => grantsOf(template).filter((grant) => !isWild(grant));
  expect(allowed(synthesize({ vpc }))).toEqual(allowed(synthesize()));
});

test('a planted wildcard would be found', () => {
  const statement = { holder: 'planted', Effect: 'Allow', Action: 's3:GetObject' } as const;
  expect(isWild({ ...statement, Resource: '*' })).toBe(true);
  expect(isWild({ ...statement, Resource: ['arn:aws:s3:::bucket', '*'] })).toBe(true);
  expect(isWild({ ...statement, Resource: 'arn:aws:s3:::bucket' })).toBe(false);
});

test.each([
  ['IngestCallsFunction', ['database-url/runtime'], ['IngestCallsQueue', 'NotifyQueue']],
  ['RepriceJobFunction', ['database-url/migrate'], ['FailedJobs', 'NotifyQueue']],
  [
    'NotifyFunction',
    ['Tricost/slack/*', 'database-url/runtime', 'slack-webhook-url'],
    ['NotifyQueue'],
  ],
  ['SpendAlertJobFunction', ['database-url/runtime'], ['FailedJobs', 'NotifyQueue']],
  ['CreatePartitionsJobFunction', ['database-url/migrate'], ['FailedJobs']],
  ['MigrateFunction', ['database-url/migrate', 'database-url/runtime', 'slack-webhook-url'], []],
  ['CanaryJobFunction', ['database-url/runtime'], ['FailedJobs', 'IngestCallsQueue']],
])('%s reads the parameters %j and touches the queues %j', (prefix, parameters, queues) => {
  const grants = grantsOf(synthesize({ canary: true })).filter(({ holder }) =>
    holder.startsWith(`${prefix}RoleDefaultPolicy`),
  );
  const read = grants.filter(({ Action }) => Action === 'ssm:GetParameters');
  const found = JSON.stringify(read).match(/(?<=:parameter\/tricost\/)[^"]+/g) ?? [];
  expect(found.toSorted()).toEqual(parameters);
  const touched = grants
    .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('sqs:')))
    .flatMap(({ Resource }) => [Resource].flat() as { 'Fn::GetAtt': [string, string] }[])
    .map((resource) => resource['Fn::GetAtt'][0]);
  expect(touched.map((id) => id.replace(/[0-9A-F]{8}$/, '')).toSorted()).toEqual(queues);
  const services = new Set(
    grants.flatMap(({ Action }) => [Action].flat()).map((a) => a.split(':')[0]),
  );
  expect([...services].toSorted()).toEqual([
    // Follow-ups.
    ...(prefix === 'SpendAlertJobFunction' ? ['iam', 'logs', 'scheduler'] : ['logs']),
    ...(queues.length > 0 ? ['sqs', 'ssm'] : ['ssm']),
  ]);
});

test('the spend alert makes schedules of one group, with one role, and does nothing else to either', () => {
  const template = synthesize();
  const own = grantsOf(template).filter(({ holder }) => holder.startsWith('SpendAlertJobFunction'));
  const of = (service: string) =>
    own
      .filter(({ Action }) => String(Action).startsWith(service))
      .map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
  expect(of('iam:')).toEqual([
    ['iam:PassRole', expect.stringContaining('SpendAlertFollowUpsRole')],
  ]);
  expect(of('scheduler:')).toEqual([
    ['scheduler:CreateSchedule', expect.stringMatching(/:schedule\/Tricost-follow-ups\/\*/)],
  ]);
});

test('the spend alert may send to notify, not read from it', () => {
  const actions = grantsOf(synthesize())
    .filter(
      ({ holder, Resource }) =>
        holder.startsWith('SpendAlert') && JSON.stringify(Resource).includes('NotifyQueue'),
    )
    .flatMap(({ Action }) => Action);
  expect(actions).toEqual(['sqs:SendMessage']);
});

test('the canary may send to the calls queue, as a publisher, and not read from it', () => {
  const actions = grantsOf(synthesize({ canary: true }))
    .filter(
      ({ holder, Resource }) =>
        holder.startsWith('Canary') && JSON.stringify(Resource).includes('IngestCallsQueue'),
    )
    .flatMap(({ Action }) => Action);
  expect(actions).toEqual(['sqs:SendMessage']);
});

test('a publisher may send to the calls queue and nothing else', () => {
  const [policy] = resourcesOf(synthesize(), 'AWS::IAM::ManagedPolicy');
  expect(policy?.[1].Properties['PolicyDocument']).toMatchObject({
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sqs:SendMessage',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^IngestCallsQueue[0-9A-F]{8}$/), 'Arn'] },
      },
    ],
  });
});

function grantsOf(template: Template): Grant[] {
  const inline = resourcesOf(template, 'AWS::IAM::Role').flatMap(([holder, { Properties }]) =>
    ((Properties['Policies'] ?? []) as { PolicyDocument: unknown }[]).map(({ PolicyDocument }) => ({
      holder,
      document: PolicyDocument,
    })),
  );
  const attached = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    resourcesOf(template, type).map(([holder, { Properties }]) => ({
      holder,
      document: Properties['PolicyDocument'],
    })),
  );
  return [...inline, ...attached].flatMap(({ holder, document }) =>
    (document as { Statement: Statement[] }).Statement.map((statement) => ({
      holder,
      ...statement,
    })),
  );
}

function isWild({ Resource }: Grant): boolean {
  return [Resource].flat().includes('*');
}
