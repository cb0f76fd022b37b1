/** Resources that a local run leaves out, each with the reason. A type that is neither here nor honoured is an error. */
export const ignoredResourceTypes: Readonly<Record<string, string>> = {
  'AWS::CDK::Metadata': 'usage statistics of the CDK',
  'AWS::CloudWatch::Alarm': 'metrics are summed for the summary, not watched',
  'AWS::CloudWatch::Dashboard': 'metrics are summed for the summary, not drawn',
  'AWS::EC2::SecurityGroup': 'networks are not emulated',
  'AWS::IAM::ManagedPolicy':
    'it is for publishers, who need no permission here; one with Roles is an error',
  'AWS::Lambda::Permission': 'policies of resources are not emulated, those of roles are',
  'AWS::SNS::Subscription': 'alarms reach nobody on this machine',
  'AWS::SNS::Topic': 'alarms reach nobody on this machine',
  'AWS::SNS::TopicPolicy': 'alarms reach nobody on this machine',
  'AWS::SQS::QueuePolicy': 'policies of resources are not emulated, those of roles are',
};
