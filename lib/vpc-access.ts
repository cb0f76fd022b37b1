/** Puts a function into the team's own VPC, for a database without a public address. */
import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { VpcConfig } from '../config/config.ts';

type VpcProps = Pick<lambda.FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'>;

/** Nothing is looked up: synthesis stays offline and the identifiers are taken as configured. */
export function importVpc(
  scope: Construct,
  role: iam.Role,
  config: VpcConfig | undefined,
): VpcProps {
  if (config === undefined) return {};
  allowNetworkInterfaces(role);
  Validations.of(scope).acknowledge({
    id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
    reason: 'nothing here reads the route tables of the subnets, which are yours',
  });
  return {
    vpc: ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
      vpcId: config.vpcId,
      availabilityZones: Stack.of(scope).availabilityZones,
    }),
    vpcSubnets: {
      subnets: config.subnetIds.map((id) => ec2.Subnet.fromSubnetId(scope, id, id)),
    },
    securityGroups: config.securityGroupIds.map((id) =>
      // Whether the database accepts the group is the team's decision, so its rules stay theirs.
      ec2.SecurityGroup.fromSecurityGroupId(scope, id, id, { mutable: false }),
    ),
  };
}

/**
 * Lambda attaches network interfaces with the function's own role, and checks these actions against every resource:
 * it is the one place that needs `Resource: *`. The second statement takes them away from the function's code again.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
function allowNetworkInterfaces(role: iam.Role): void {
  const actions = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const stack = Stack.of(role);
  Validations.of(role).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    reason:
      'Lambda checks these actions against every resource; the function itself is denied them',
  });
  role.addToPolicy(new iam.PolicyStatement({ actions, resources: ['*'] }));
  role.addToPolicy(
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions,
      resources: ['*'],
      conditions: {
        ArnLike: {
          'lambda:SourceFunctionArn': stack.formatArn({
            service: 'lambda',
            resource: 'function',
            // Naming the function itself would make role and function wait for each other, and CloudFormation shortens a
            // long stack's name in those of its functions. The role has one function, so this is no other.
            resourceName: '*',
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
}
