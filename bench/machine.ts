/** Where figures come from: without it they mean nothing. */
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { ClientBase } from 'pg';

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_level',
  'shared_buffers',
  'max_wal_size',
];

/** The command, the version of Node and the machine. */
export function describeHost(software = ''): string {
  const memoryGb = Math.round(totalmem() / 1024 ** 3);
  return [
    `$ npm run bench -- ${process.argv.slice(2).join(' ')}`,
    `Node.js ${process.versions.node}${software}`,
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memoryGb} GB, ${type()} ${release()}`,
  ].join('\n');
}

/** The same with the version and the settings of the server. */
export async function describeMachine(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string; value: string }>(
    `select name, current_setting(name) as value from unnest($1::text[]) as name
     union all select 'version', current_setting('server_version')`,
    [SETTINGS],
  );
  const settings = new Map(rows.map(({ name, value }) => [name, value]));
  return [
    describeHost(`, PostgreSQL ${settings.get('version')} (embedded, over TCP on loopback)`),
    SETTINGS.map((name) => `${name} ${settings.get(name)}`).join(', '),
  ].join('\n');
}
