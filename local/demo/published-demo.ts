/** Remembers which databases have the demo traffic, so that a restart finds its data as it was. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connect } from '../../adapters/postgres/connect.ts';
import { OWN_DATABASES } from '../state/reset-state.ts';

export interface DemoPlace {
  stateDirectory: string;
  /** `host:port/database` of a database that DATABASE_URL names; undefined: the embedded one. */
  ownDatabase: string | undefined;
}

/** The `now` of the traffic that is there; undefined when there is none. The database must be migrated. */
export async function demoPublishedAt(
  place: DemoPlace,
  databaseUrl: string,
): Promise<Date | undefined> {
  const text = await readFile(markerFile(place), 'utf8').catch(() => undefined);
  // Somebody may have dropped a database of their own and made it again.
  if (text === undefined || !(await holdsCalls(databaseUrl))) return undefined;
  return new Date(text);
}

export async function markDemoPublished(place: DemoPlace, now: Date): Promise<void> {
  const path = markerFile(place);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, now.toISOString());
}

function markerFile({ stateDirectory, ownDatabase }: DemoPlace): string {
  return ownDatabase === undefined
    ? join(stateDirectory, 'demo-published')
    : join(stateDirectory, OWN_DATABASES, encodeURIComponent(ownDatabase));
}

async function holdsCalls(databaseUrl: string): Promise<boolean> {
  const client = await connect({ connectionString: databaseUrl, applicationName: 'tricost local' });
  try {
    return (await client.query('select from tricost.llm_calls limit 1')).rowCount === 1;
  } finally {
    await client.end();
  }
}
