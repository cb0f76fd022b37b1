/** Lets a role read named SSM SecureString parameters. */
import { Stack } from 'aws-cdk-lib';
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
