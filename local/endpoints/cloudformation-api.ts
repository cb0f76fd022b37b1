/** What CloudFormation tells of a deployed stack: its outputs, by which the command line finds queues and parameters. */
import type { LoopbackRequest, LoopbackResponse } from '../loopback-server.ts';

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
    return failure(
      'InvalidAction',
      `${action} is not emulated locally; see docs/reference/local.md`,
    );
  }
  const asked = input.get('StackName') ?? stackName;
  if (asked !== stackName) {
    return failure('ValidationError', `Stack with id ${asked} does not exist`);
  }
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${xmlText(key)}</OutputKey><OutputValue>${xmlText(value)}</OutputValue></member>`,
  );
  return xml(
    200,
    `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
      <StackName>${xmlText(stackName)}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
      <Outputs>${members.join('')}</Outputs>
    </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
  );
}

function failure(code: string, message: string): LoopbackResponse {
  return xml(
    400,
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${xmlText(message)}</Message></Error></ErrorResponse>`,
  );
}

function xml(status: number, body: string): LoopbackResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
