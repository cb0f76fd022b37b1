/** What CloudFormation tells of a deployed stack: its outputs, by which the command line finds queues and parameters. */
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';
import { AwsError, xmlText } from './aws-error.ts';

export interface DescribedStack {
  stackName: string;
  outputs: Readonly<Record<string, string>>;
}

/** Answers the Query protocol; https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
export function answerCloudFormationRequest(
  { body }: LoopbackRequest,
  { stackName, outputs }: DescribedStack,
): LoopbackResponse {
  const input = new URLSearchParams(body);
  const action = input.get('Action') ?? '';
  if (action !== 'DescribeStacks') {
    throw new AwsError(
      'InvalidAction',
      `${action} is not emulated locally; see docs/reference/local.md`,
    );
  }
  const asked = input.get('StackName') ?? stackName;
  if (asked !== stackName) {
    throw new AwsError('ValidationError', `Stack with id ${asked} does not exist`);
  }
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${xmlText(key)}</OutputKey><OutputValue>${xmlText(value)}</OutputValue></member>`,
  );
  return {
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
      <StackName>${xmlText(stackName)}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
      <Outputs>${members.join('')}</Outputs>
    </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  };
}
