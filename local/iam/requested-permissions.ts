/** Which permissions a request needs: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
import { ACCOUNT_ID } from '../assembly/identity.ts';
import type { LoopbackRequest } from '../loopback-server.ts';
import type { Permission } from './access-control.ts';

/** Undefined for operations that no function of a stack may use here. */
export function requestedPermissions(
  { method, url, headers, body }: LoopbackRequest,
  region: string,
): Permission[] | undefined {
  const [service, operation = ''] = String(headers['x-amz-target'] ?? '').split('.');
  const arn = (path: string): string => `arn:aws:${path}`;
  if (service === 'AmazonSQS') {
    const queue = String(parse(body)['QueueUrl'] ?? '').replace(/^.*\//, '');
    // The permission for ten at once is the one for each. "Batch API actions",
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    const action = `sqs:${operation.replace(/Batch$/, '')}`;
    return [{ action, resource: arn(`sqs:${region}:${ACCOUNT_ID}:${queue}`) }];
  }
  if (service === 'AmazonSSM') {
    const { Name: name, Names: names = [name] } = parse(body) as {
      Name?: string;
      Names?: string[];
    };
    return names.map((parameter) => ({
      action: `ssm:${operation}`,
      resource: arn(
        `ssm:${region}:${ACCOUNT_ID}:parameter/${String(parameter).replace(/^\//, '')}`,
      ),
    }));
  }
  const [, invoked] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(url.pathname) ?? [];
  if (invoked !== undefined) {
    const name = decodeURIComponent(invoked);
    const resource = name.startsWith('arn:')
      ? name
      : arn(`lambda:${region}:${ACCOUNT_ID}:function:${name}`);
    return [{ action: 'lambda:InvokeFunction', resource }];
  }
  const [, created] = /^\/schedules\/([^/]+)$/.exec(url.pathname) ?? [];
  if (method === 'POST' && created !== undefined) {
    const { GroupName: group = 'default', Target: target } = parse(body) as {
      GroupName?: string;
      Target?: { RoleArn?: string };
    };
    const name = decodeURIComponent(created);
    return [
      {
        action: 'scheduler:CreateSchedule',
        resource: arn(`scheduler:${region}:${ACCOUNT_ID}:schedule/${group}/${name}`),
      },
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
      { action: 'iam:PassRole', resource: String(target?.RoleArn) },
    ];
  }
  return undefined;
}

/** The service that the request is signed for, and the operation as its protocol has it: JSON, Query or REST. */
export function unknownAction({ method, url, headers, body }: LoopbackRequest): string {
  const [, scope = ''] = /\bCredential=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const [, target] = String(headers['x-amz-target'] ?? '').split('.');
  const action = new URLSearchParams(body).get('Action');
  return `${scope.split('/').at(-2)}:${target ?? action ?? `${method} ${url.pathname}`}`;
}

function parse(body: string): Record<string, unknown> {
  try {
    return (JSON.parse(body) ?? {}) as Record<string, unknown>;
  } catch {
    // The service itself says what is wrong with it.
    return {};
  }
}
