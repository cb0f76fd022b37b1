/** One alarm: named, explained, and sent to the topic. */
import { Alarm, type AlarmProps } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { describeAlarm } from './runbook.ts';

export interface TricostAlarmProps
  extends Required<
    Pick<
      AlarmProps,
      'metric' | 'threshold' | 'comparisonOperator' | 'evaluationPeriods' | 'treatMissingData'
    >
  > {
  /** The stack's name, then the alarm's: `Tricost/calls-late`. */
  readonly stackName: string;
  /** What is wrong, in one sentence. */
  readonly meaning: string;
  /** The first command to run, complete. */
  readonly command: string;
  readonly topic: ITopic;
}

export class TricostAlarm extends Alarm {
  /** @param name short name; the heading in docs/runbook.md. */
  constructor(scope: Construct, name: string, props: TricostAlarmProps) {
    const { stackName, meaning, command, topic, ...alarm } = props;
    super(scope, name, {
      ...alarm,
      // Named by hand, because people read the name in a mail and look for it in the runbook.
      alarmName: `${stackName}/${name}`,
      alarmDescription: describeAlarm(name, meaning, command),
    });
    this.addAlarmAction(new SnsAction(topic));
  }
}
