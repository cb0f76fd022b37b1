/** Lets a role read SSM SecureString parameters, by name or by the prefix that is theirs. */
import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/**
 * No kms:Decrypt is granted: parameters encrypted with the account's default key (`aws/ssm`) need none, because that
 * key's own policy lets every principal of the account decrypt through Parameter Store.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
 *
 * @param names of parameters, each with a leading slash.
 */
export function grantReadParameters(role: iam.Role, names: readonly string[]): void {
  const stack = Stack.of(role);
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['ssm:GetParameters'],
      resources: names.map((name) =>
        stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) }),
      ),
    }),
  );
}

/**
 * For parameters that have no name before somebody makes them: teams are rows.
 *
 * @param prefix begins and ends in a slash.
 */
export function grantReadParametersBelow(role: iam.Role, prefix: string): void {
  const resource = Stack.of(role).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: `${prefix.slice(1)}*`,
  });
  Validations.of(role).acknowledge({
    id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${prefix}*]`,
    reason: 'teams are rows, so the names of their parameters are not known when the stack is made',
  });
  role.addToPolicy(
    new iam.PolicyStatement({ actions: ['ssm:GetParameters'], resources: [resource] }),
  );
}
