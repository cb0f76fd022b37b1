/** Which permissions a request needs: https://docs.aws.amazon.com/service-authorization/latest/reference/ */
import { ACCOUNT_ID } from '../assembly/identity.ts';
import { unknownOperation } from '../endpoints/aws-error.ts';
import type { LoopbackRequest } from '../loopback-server.ts';
import type { Permission } from './access-control.ts';

/** @throws AwsError for operations that no function of a stack may use here. */
export function requestedPermissions(
  { method, url, headers, body }: LoopbackRequest,
  region: string,
): Permission[] {
  const target = String(headers['x-amz-target'] ?? '');
  const [service, operation = ''] = target.split('.');
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
  throw unknownOperation(target || `${method} ${url.pathname}`);
}

function parse(body: string): Record<string, unknown> {
  try {
    return (JSON.parse(body) ?? {}) as Record<string, unknown>;
  } catch {
    // The service itself says what is wrong with it.
    return {};
  }
}
