/** Lets a schedule run, or not, and leaves all else of it as it is. */
import {
  GetScheduleCommand,
  type SchedulerClient,
  type ScheduleState,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';

/**
 * UpdateSchedule replaces the whole schedule, so all of it is read and sent back
 * (https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html).
 *
 * @returns whether it was in another state before
 * @throws the client's own error: denied, throttled, no such schedule
 */
export async function setScheduleState(
  client: SchedulerClient,
  { name, group }: { name: string; group: string },
  state: ScheduleState,
): Promise<boolean> {
  const {
    $metadata: _,
    Arn: __,
    CreationDate: ___,
    LastModificationDate: ____,
    ...definition
  } = await client.send(new GetScheduleCommand({ Name: name, GroupName: group }));
  if (definition.State === state) return false;
  const { Name, ScheduleExpression, Target, FlexibleTimeWindow, ...rest } = definition;
  const required = { Name, ScheduleExpression, Target, FlexibleTimeWindow };
  await client.send(new UpdateScheduleCommand({ ...rest, ...required, State: state }));
  return true;
}
