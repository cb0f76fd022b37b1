/** Resources that a local run leaves out, each with the reason. A type that is neither here nor honoured is an error. */
export const ignoredResourceTypes: Readonly<Record<string, string>> = {
  'AWS::CDK::Metadata': 'usage statistics of the CDK',
  'AWS::CloudWatch::Alarm': 'metrics are summed for the summary, not watched',
  'AWS::CloudWatch::Dashboard': 'metrics are summed for the summary, not drawn',
  'AWS::EC2::SecurityGroup': 'networks are not emulated',
  'AWS::IAM::ManagedPolicy': 'IAM is not emulated',
  'AWS::IAM::Policy': 'IAM is not emulated',
  'AWS::IAM::Role': 'IAM is not emulated',
  'AWS::Lambda::Permission': 'IAM is not emulated',
  'AWS::Logs::LogGroup': 'logs go to files under .tricost/logs',
  'AWS::SNS::Subscription': 'alarms reach nobody on this machine',
  'AWS::SNS::Topic': 'alarms reach nobody on this machine',
  'AWS::SNS::TopicPolicy': 'IAM is not emulated',
  'AWS::SQS::QueuePolicy': 'IAM is not emulated',
};
