/** Every day: makes the partitions that must exist, drops those past retention, forgets old rejected events and deliveries. */
import {
  ensurePartitions,
  listPartitions,
  partitionsAhead,
  retirePartitions,
} from '../../adapters/postgres/create-partitions.ts';
import { forgetDeliveries } from '../../adapters/postgres/forget-deliveries.ts';
import { forgetRejectedCalls } from '../../adapters/postgres/forget-rejected-calls.ts';
import { databaseFunction } from '../database-function.ts';
import { report } from '../report.ts';
import { readScheduledRun, type ScheduledRun } from '../scheduled-run.ts';
import { readCreatePartitionsEnv } from './env.ts';

const settings = readCreatePartitionsEnv(process.env);

interface PartitionsResult {
  created: string[];
  dropped: string[];
  rejectedForgotten: number;
  deliveriesForgotten: number;
}

export const handler = databaseFunction<ScheduledRun, PartitionsResult>({
  slug: 'create-partitions',
  database: settings.database,
  async run(event, services) {
    const dueAt = readScheduledRun(event);
    // A run may be asked for as of a moment to come, to make its partitions; what is dropped today must be old today.
    const now = new Date(Math.min(dueAt.getTime(), Date.now()));
    const client = await services.connection();
    const created = await ensurePartitions(client, dueAt, settings);
    const dropped =
      settings.retentionMonths === undefined
        ? []
        : await retirePartitions(client, now, settings.retentionMonths);
    const rejectedForgotten = await forgetRejectedCalls(client, now);
    const deliveriesForgotten = await forgetDeliveries(client, now);
    const ahead = partitionsAhead(await listPartitions(client), now);
    report('create-partitions', {
      PartitionsAhead: ahead,
      PartitionsCreated: created.length,
      PartitionsDropped: dropped.length,
      RejectedForgotten: rejectedForgotten,
      DeliveriesForgotten: deliveriesForgotten,
    });
    return { created, dropped, rejectedForgotten, deliveriesForgotten };
  },
});
