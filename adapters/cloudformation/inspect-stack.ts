/** Whether a stack is deployed, with its outputs, and the time by AWS's clock. */
import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';

export type StackFacts = { awsTime: Date | undefined } & (
  | { state: 'absent' }
  | { state: 'deployed'; status: string; outputs: Record<string, string> }
);

/** Nothing of these is there: a first deploy that failed, or one that has not begun. */
const NOT_THERE = ['ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS', 'DELETE_COMPLETE'];

/** @throws the client's own error: no credentials, no region, no permission. */
export async function inspectStack(
  client: CloudFormationClient,
  stackName: string,
): Promise<StackFacts> {
  let awsTime: Date | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      const time = new Date(headers?.['date'] ?? '');
      if (!Number.isNaN(time.getTime())) awsTime = time;
      return result;
    },
    // Outside of the deserialiser, which turns an answer that is an error into an exception.
    { step: 'finalizeRequest', priority: 'low', name: 'readDate', override: true },
  );
  try {
    const { Stacks: [stack] = [] } = await client.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    const status = stack?.StackStatus ?? 'DELETE_COMPLETE';
    if (NOT_THERE.includes(status)) return { state: 'absent', awsTime };
    const outputs = (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
      OutputKey,
      OutputValue,
    ]);
    return { state: 'deployed', status, outputs: Object.fromEntries(outputs), awsTime };
  } catch (error) {
    if (!(error instanceof Error) || !/does not exist/.test(error.message)) throw error;
    return { state: 'absent', awsTime };
  }
}
