/** What the AWS on loopback refuses, in AWS's words, and the order in which it works. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TemplateResource } from '../../local/assembly/template.ts';
import { LOCAL_CREDENTIALS } from '../../local/functions/sandbox-environment.ts';
import { Teardown } from '../../local/teardown.ts';
import { miniFunction, miniQueue, miniRole } from '../local/mini-assembly.ts';
import { inOrder } from './engine/in-order.ts';
import { type LoopbackAws, startLoopbackAws } from './start-loopback-aws.ts';

const teardown = new Teardown();
let aws: LoopbackAws;
let client: CloudFormationClient;

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'tricost-control-plane-'));
  teardown.add(() => rm(root, { recursive: true }));
  aws = await startLoopbackAws(root, teardown, () => {});
  client = new CloudFormationClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: LOCAL_CREDENTIALS,
  });
  teardown.add(async () => client.destroy());
});

afterAll(() => teardown.run());

type Resources = Record<string, TemplateResource>;

const changeSet = (
  name: string,
  type: 'CREATE' | 'UPDATE',
  resources: Resources,
  rest: Partial<CreateChangeSetCommandInput> = {},
) =>
  client.send(
    new CreateChangeSetCommand({
      StackName: name,
      ChangeSetName: 'changes',
      ChangeSetType: type,
      Capabilities: ['CAPABILITY_IAM'],
      TemplateBody: JSON.stringify({ Resources: resources }),
      ...rest,
    }),
  );

/** Deploys and returns the status in which the stack comes to rest. */
async function deploy(name: string, type: 'CREATE' | 'UPDATE', resources: Resources) {
  const { Id: id } = await changeSet(name, type, resources);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: id }));
  const { Stacks: stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
  return stacks?.[0]?.StackStatus;
}

async function lastReason(name: string): Promise<string | undefined> {
  const { StackEvents: events = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: name }),
  );
  return events.find(({ ResourceStatus: status }) => status?.endsWith('_FAILED'))
    ?.ResourceStatusReason;
}

describe('is refused', () => {
  test('an action that is not emulated', async () => {
    await expect(client.send(new ListStacksCommand())).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'CloudFormation ListStacks is not emulated',
    });
  });

  test('a template that was not uploaded', async () => {
    const url = `https://s3.us-east-1.amazonaws.com/${aws.bucket.name}/missing.json`;
    const rest = { TemplateBody: undefined, TemplateURL: url };
    await expect(changeSet('Missing', 'CREATE', {}, rest)).rejects.toThrow(/S3 error: .*missing/);
  });

  test('roles without the capability', async () => {
    const role = { Role: { Type: 'AWS::IAM::Role' } };
    await expect(changeSet('Roles', 'CREATE', role, { Capabilities: [] })).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
    });
  });

  test('a resource that the engine does not know', async () => {
    const bucket = { Bucket: { Type: 'AWS::S3::Bucket' } };
    await expect(changeSet('Bucket', 'CREATE', bucket)).rejects.toThrow(/AWS::S3::Bucket/);
  });

  test('an update of a stack whose first deploy failed, for code that was not uploaded', async () => {
    const resources = { F: miniFunction('nothing.zip'), Role: miniRole([]) };
    expect(await deploy('Codeless', 'CREATE', resources)).toBe('ROLLBACK_COMPLETE');
    expect(await lastReason('Codeless')).toMatch(/NoSuchKey.*assets\/nothing\.zip/);
    await expect(changeSet('Codeless', 'UPDATE', { Q: miniQueue() })).rejects.toThrow(
      /is in ROLLBACK_COMPLETE state and can not be updated/,
    );
  });

  test('a change that would replace a resource', async () => {
    expect(await deploy('Named', 'CREATE', { Q: miniQueue({ QueueName: 'a' }) })).toBe(
      'CREATE_COMPLETE',
    );
    await expect(
      changeSet('Named', 'UPDATE', { Q: miniQueue({ QueueName: 'b' }) }),
    ).rejects.toThrow('Q would be replaced, which is not emulated');
  });

  test('the deletion of a protected stack', async () => {
    await deploy('Protected', 'CREATE', { Q: miniQueue() });
    const protect = (enabled: boolean) =>
      client.send(
        new UpdateTerminationProtectionCommand({
          StackName: 'Protected',
          EnableTerminationProtection: enabled,
        }),
      );
    await protect(true);
    const remove = () => client.send(new DeleteStackCommand({ StackName: 'Protected' }));
    await expect(remove()).rejects.toThrow(/TerminationProtection is enabled/);
    await protect(false);
    await remove();
  });
});

test('a change set names what is added, modified and removed, or says that nothing is', async () => {
  const before = { A: miniQueue(), B: miniQueue(), C: miniQueue() };
  await deploy('Compared', 'CREATE', before);
  const describeChanges = async (resources: Resources) => {
    const { Id: id } = await changeSet('Compared', 'UPDATE', resources);
    return client.send(new DescribeChangeSetCommand({ ChangeSetName: id }));
  };
  const { Changes: changes } = await describeChanges({
    A: miniQueue(),
    B: miniQueue({ DelaySeconds: 1 }),
    D: miniQueue(),
  });
  expect(
    changes?.map(({ ResourceChange: change }) => [change?.Action, change?.LogicalResourceId]),
  ).toEqual([
    ['Modify', 'B'],
    ['Add', 'D'],
    ['Remove', 'C'],
  ]);
  expect(await describeChanges(before)).toMatchObject({
    Status: 'FAILED',
    ExecutionStatus: 'UNAVAILABLE',
    StatusReason: expect.stringContaining("didn't contain changes"),
  });
});

test('each resource waits for those it needs and for no other, and none is begun after a failure', async () => {
  const log: string[] = [];
  const needs: Record<string, string[]> = {
    slow: [],
    needy: ['slow'],
    free: [],
    failing: ['free'],
    late: ['slow'],
  };
  const failures = await inOrder(
    Object.keys(needs),
    (id) => needs[id] ?? [],
    async (id) => {
      log.push(`${id} begins`);
      if (id === 'failing') throw new Error('as planned');
      if (id === 'slow') await sleep(20);
      log.push(`${id} ends`);
    },
  );
  expect(failures).toEqual([{ logicalId: 'failing', reason: 'as planned' }]);
  expect(log).toEqual(['slow begins', 'free begins', 'free ends', 'failing begins', 'slow ends']);
});
