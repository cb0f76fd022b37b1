/** The schedules of a group, and what it takes to write each of them back. */
import {
  GetScheduleCommand,
  ListSchedulesCommand,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { ScheduleFacts } from '../../domain/doctor/judge-stack.ts';

export async function inspectSchedules(
  client: SchedulerClient,
  group: string,
): Promise<ScheduleFacts[]> {
  const { Schedules: summaries = [] } = await client.send(
    new ListSchedulesCommand({ GroupName: group, MaxResults: 100 }),
  );
  return Promise.all(
    summaries.map(async ({ Name }) => {
      const schedule = await client.send(new GetScheduleCommand({ Name, GroupName: group }));
      const {
        $metadata: _,
        Arn: __,
        CreationDate: ___,
        LastModificationDate: ____,
        ...definition
      } = schedule;
      return { name: Name ?? '', enabled: schedule.State === 'ENABLED', definition };
    }),
  );
}
