/** One Lambda function with a role and a log group of its own. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import { databaseEnvironment } from './database-environment.ts';
import { grantReadParameters } from './parameter-access.ts';
import { importVpc } from './vpc-access.ts';

export interface TricostFunctionProps {
  /** The capability: names the folder of the bundle, dist/lambdas/<slug>. */
  readonly slug: string;
  /** One line, shown in the Lambda console. */
  readonly description: string;
  readonly timeout: Duration;
  readonly memorySize: number;
  /** Typed by lambdas/<slug>/env.ts at the call. */
  readonly environment: Record<string, string>;
  /** SSM parameters that the function may read, and no others. */
  readonly parameterNames: readonly string[];
  readonly config: TricostConfig;
}

export class TricostFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: TricostFunctionProps) {
    super(scope, id);
    const logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Made here because the role that CDK would make carries an AWS-managed policy that allows every log group.
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(this.role);
    grantReadParameters(this.role, props.parameterNames);
    this.function = new lambda.Function(this, 'Resource', {
      description: props.description,
      code: lambda.Code.fromAsset(bundleOf(props.slug)),
      handler: 'handler.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      timeout: props.timeout,
      memorySize: props.memorySize,
      environment: { ...props.environment, ...databaseEnvironment(props.config.databaseCa).extra },
      role: this.role,
      logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      ...importVpc(this, this.role, props.config.vpc),
    });
  }
}

function bundleOf(slug: string): string {
  const path = fileURLToPath(new URL(`../dist/lambdas/${slug}`, import.meta.url));
  if (!existsSync(`${path}/handler.mjs`)) {
    throw new Error(
      `no bundle at ${path}: run \`node scripts/bundle.ts\` first (\`npx cdk\` does it by itself)`,
    );
  }
  return path;
}
