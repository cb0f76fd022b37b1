/** Credentials, region, clock and bootstrap: what every command against AWS needs. */
import { SSMClient } from '@aws-sdk/client-ssm';
import { inspectParameters } from '../../adapters/ssm/inspect-parameters.ts';
import { type Finding, mend, notHere, unknown, well } from '../../domain/doctor/finding.ts';
import { judgeClock } from '../../domain/doctor/judge-clock.ts';
import { describe } from './attempt.ts';
import type { AwsAccess, Patient } from './patient.ts';

/** https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html; the qualifier is the CDK's default. */
const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

/** What templates of this CDK release ask for. */
const OLDEST_BOOTSTRAP = 6;

/** A Date header has whole seconds. */
const SECOND_MS = 1_000;

export function localAws(): Finding[] {
  const why = 'the local stack needs no AWS account';
  return [notHere('aws-access', why), notHere('cdk-bootstrap', why), notHere('aws-clock', why)];
}

/** Without access nothing else can be looked at. */
export function noAccess(error: unknown): Finding {
  const words = describe(error);
  if (/region is missing/i.test(words)) {
    return mend('aws-access', 'no AWS region is set', 'export AWS_REGION=eu-west-1 (yours)');
  }
  const name = error instanceof Error ? error.name : '';
  if (
    name === 'CredentialsProviderError' ||
    /expired|InvalidClientTokenId|UnrecognizedClient/i.test(`${name} ${words}`)
  ) {
    return mend(
      'aws-access',
      `there are no AWS credentials that work: ${words}`,
      'aws configure sso && aws sso login, or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; see with: aws sts get-caller-identity',
    );
  }
  return unknown(
    'aws-access',
    `AWS did not answer: ${words}`,
    'see what it says: aws sts get-caller-identity',
  );
}

export async function examineAws(access: AwsAccess, patient: Patient): Promise<Finding[]> {
  const { stack, region, askedAt, answeredAt } = access;
  const { stackName } = patient.config;
  const status = stack.state === 'absent' ? 'is not deployed yet' : `is deployed (${stack.status})`;
  const reached = `the credentials work in ${region}, and stack ${stackName} ${status}`;
  const isStuck = stack.state === 'deployed' && /FAILED$/.test(stack.status);
  return [
    isStuck
      ? mend(
          'aws-access',
          reached,
          `aws cloudformation describe-stack-events --stack-name ${stackName} --query "StackEvents[?contains(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatusReason]"`,
        )
      : well('aws-access', reached),
    await examineBootstrap(patient, region),
    stack.awsTime === undefined
      ? unknown('aws-clock', 'the answer of AWS had no date')
      : judgeClock('aws-clock', 'AWS', {
          other: stack.awsTime,
          askedAt,
          answeredAt,
          resolutionMs: SECOND_MS,
        }),
  ];
}

async function examineBootstrap(patient: Patient, region: string): Promise<Finding> {
  const read = await inspectParameters(new SSMClient(patient.aws), [BOOTSTRAP_PARAMETER]);
  const { facts, value } = read.get(BOOTSTRAP_PARAMETER) ?? {
    facts: { state: 'missing' as const },
  };
  if (facts.state === 'unreadable') return unknown('cdk-bootstrap', facts.why);
  if (facts.state === 'missing') {
    return mend('cdk-bootstrap', `${region} is not prepared for the CDK`, 'npx cdk bootstrap');
  }
  return Number(value) >= OLDEST_BOOTSTRAP
    ? well('cdk-bootstrap', `${region} is prepared for the CDK (version ${value})`)
    : mend(
        'cdk-bootstrap',
        `the CDK's preparation of ${region} is too old (version ${value})`,
        'npx cdk bootstrap',
      );
}
