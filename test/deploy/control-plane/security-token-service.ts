/** The part of STS by which the CDK command line finds out who it is and takes the roles of its bootstrap stack. */
import { QueryError, queryAnswer, type XmlResponse } from './query-xml.ts';

export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The account of everything local. */
export const ACCOUNT_ID = '000000000000';

const HOUR_MS = 3_600_000;

/** https://docs.aws.amazon.com/STS/latest/APIReference/ */
export function answerSts(parameters: URLSearchParams): XmlResponse {
  const action = parameters.get('Action') ?? '';
  switch (action) {
    case 'GetCallerIdentity':
      return queryAnswer(STS_NAMESPACE, action, {
        Arn: `arn:aws:iam::${ACCOUNT_ID}:user/deployer`,
        UserId: 'AIDALOCAL',
        Account: ACCOUNT_ID,
      });
    case 'AssumeRole': {
      const role = parameters.get('RoleArn') ?? '';
      return queryAnswer(STS_NAMESPACE, action, {
        Credentials: {
          AccessKeyId: 'ASIALOCAL',
          SecretAccessKey: 'local',
          SessionToken: 'local',
          Expiration: new Date(Date.now() + HOUR_MS),
        },
        AssumedRoleUser: { Arn: role, AssumedRoleId: 'AROALOCAL:cdk' },
      });
    }
    default:
      throw new QueryError('InvalidAction', `STS ${action} is not emulated`);
  }
}
