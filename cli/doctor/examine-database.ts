/** What the migrate login sees of the database: release, clock, schema, partitions, and what waits in its tables. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { inspectServer } from '../../adapters/postgres/inspect-login.ts';
import {
  inspectLateDeliveries,
  inspectOutbox,
  inspectRejectedCalls,
} from '../../adapters/postgres/inspect-messages.ts';
import { inspectPartitions, inspectSchema } from '../../adapters/postgres/inspect-schema.ts';
import { compareRelease } from '../../adapters/postgres/price-releases.ts';
import { CHECKS, type Finding, notHere } from '../../domain/doctor/finding.ts';
import { judgeClock } from '../../domain/doctor/judge-clock.ts';
import { judgeOutbox } from '../../domain/doctor/judge-messages.ts';
import { judgePartitions } from '../../domain/doctor/judge-partitions.ts';
import { judgePriceList } from '../../domain/doctor/judge-price-list.ts';
import { judgeSchema, judgeServerVersion } from '../../domain/doctor/judge-schema.ts';
import { judgeLateDeliveries, judgeRejectedCalls } from '../../domain/doctor/judge-stack.ts';
import { builtInRelease } from '../../domain/pricing/built-in-prices.ts';
import { attempt } from './attempt.ts';
import type { Patient } from './patient.ts';

const MIGRATIONS = join(import.meta.dirname, '..', '..', 'sql', 'migrations');

export function examineDatabase(client: Client, patient: Patient): Promise<Finding[]> {
  return attempt(CHECKS.Database, async () => {
    const askedAt = new Date();
    const { versionNumber, now } = await inspectServer(client);
    const reading = { other: now, askedAt, answeredAt: new Date(), resolutionMs: 0 };
    const schema = await inspectSchema(client);
    return [
      judgeServerVersion(versionNumber),
      judgeClock('database-clock', 'the database', reading),
      ...judgeSchema(
        schema,
        await bundledVersion(),
        patient.stage !== 'before-deploy',
        patient.remedies,
      ),
    ];
  });
}

export function examinePriceList(client: Client, patient: Patient): Promise<Finding[]> {
  if (patient.stage === 'before-deploy') {
    return Promise.resolve([notHere('price-list', 'the deploy brings it')]);
  }
  return attempt(CHECKS.Prices, async () => {
    const release = builtInRelease();
    const validFrom = new Date().toISOString();
    const comparison = await compareRelease(client, release, { validFrom });
    return [judgePriceList(comparison, release, patient.remedies)];
  });
}

export function examinePartitions(client: Client, patient: Patient): Promise<Finding[]> {
  return attempt(CHECKS.Partitions, async () => {
    const { now } = await inspectServer(client);
    const facts = await inspectPartitions(client);
    return judgePartitions(facts, patient.config.partitions, now, patient.remedies);
  });
}

export function examineOutbox(client: Client, patient: Patient): Promise<Finding[]> {
  if (patient.stage === 'before-deploy') {
    return Promise.resolve([notHere('outbox', 'the deploy makes it')]);
  }
  return attempt(['outbox'], async () => [
    judgeOutbox(await inspectOutbox(client), new Date(), patient.remedies),
  ]);
}

export function examineRejectedCalls(client: Client, patient: Patient): Promise<Finding[]> {
  if (patient.stage === 'before-deploy') {
    return Promise.resolve([notHere('rejected-calls', 'the deploy makes the table')]);
  }
  return attempt(['rejected-calls'], async () => [
    judgeRejectedCalls(await inspectRejectedCalls(client, new Date()), patient.remedies),
  ]);
}

export function examineLateDeliveries(client: Client, patient: Patient): Promise<Finding[]> {
  if (patient.stage === 'before-deploy') {
    return Promise.resolve([notHere('late-deliveries', 'the deploy makes the table')]);
  }
  return attempt(['late-deliveries'], async () => [
    judgeLateDeliveries(await inspectLateDeliveries(client), patient.remedies),
  ]);
}

async function bundledVersion(): Promise<number> {
  const files = await readdir(MIGRATIONS);
  return Math.max(...files.map((name) => Number.parseInt(name, 10)));
}
