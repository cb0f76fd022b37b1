/** The schedules of a group, and whether they run. */
import { ListSchedulesCommand, type SchedulerClient } from '@aws-sdk/client-scheduler';
import type { ScheduleFacts } from '../../domain/doctor/judge-stack.ts';

export async function inspectSchedules(
  client: SchedulerClient,
  group: string,
): Promise<ScheduleFacts[]> {
  const { Schedules: schedules = [] } = await client.send(
    new ListSchedulesCommand({ GroupName: group, MaxResults: 100 }),
  );
  return schedules.map(({ Name, State }) => ({ name: Name ?? '', enabled: State === 'ENABLED' }));
}
