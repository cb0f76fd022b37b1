/** AWS::Lambda::Function: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
import type { Properties } from '../properties.ts';

export interface FunctionDefinition {
  logicalId: string;
  name: string;
  arn: string;
  /** Object key of the code's asset. */
  codeKey: string;
  /** `<module>.<export>` inside the asset. */
  handler: string;
  runtime: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Record<string, string>;
  roleArn: string;
  logGroupName: string;
}

export function readFunction(
  properties: Properties,
  identity: Pick<FunctionDefinition, 'logicalId' | 'name' | 'arn'>,
): FunctionDefinition {
  const code = properties.child('Code');
  code.ignore({ S3Bucket: 'assets are read from the assembly itself' });
  const logging = properties.optionalChild('LoggingConfig');
  logging?.ignore({ LogFormat: 'a local log is for reading' });
  properties.ignore({
    FunctionName: 'read before, as the name of the function',
    Architectures: 'the function runs on the processor of this machine',
    TracingConfig: 'X-Ray is not emulated',
    VpcConfig: 'networks are not emulated',
    Description: 'it has no effect',
    Tags: 'they have no effect',
  });
  return {
    ...identity,
    codeKey: code.string('S3Key'),
    handler: properties.string('Handler'),
    runtime: properties.string('Runtime'),
    timeoutSeconds: properties.integer('Timeout', { from: 1, to: 900, byDefault: 3 }),
    memoryMb: properties.integer('MemorySize', { from: 128, to: 10_240, byDefault: 128 }),
    environment: properties.optionalChild('Environment')?.texts('Variables') ?? {},
    roleArn: properties.string('Role'),
    logGroupName: logging?.optionalString('LogGroup') ?? `/aws/lambda/${identity.name}`,
  };
}
