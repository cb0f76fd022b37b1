/** The tests' own PostgreSQL: reachable from this machine only, and gone with the process that started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { findPostgres } from '../support/postgres-binaries.ts';
import { startPostgresCluster } from '../support/postgres-cluster.ts';

/** Starts a cluster in a process of its own, which then waits for its end; resolves to the data directory. */
async function startElsewhere(): Promise<{ starter: ChildProcess; dataDirectory: string }> {
  const program = `
    import pg from 'pg';
    import { findPostgres } from './test/support/postgres-binaries.ts';
    import { startPostgresCluster } from './test/support/postgres-cluster.ts';
    const cluster = await startPostgresCluster(findPostgres(18));
    const client = new pg.Client({ connectionString: cluster.url });
    await client.connect();
    console.log((await client.query('show data_directory')).rows[0].data_directory);
    setInterval(() => {}, 60_000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(starter.stdout, 'data')) as [Buffer];
  return { starter, dataDirectory: line.toString().trim() };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a cluster', () => {
  test.each(['SIGKILL', 'SIGINT'] as const)(
    'leaves neither process nor file when its starter dies of %s',
    async (signal) => {
      const { starter, dataDirectory } = await startElsewhere();
      const postmaster = Number(
        readFileSync(`${dataDirectory}/postmaster.pid`, 'utf8').split('\n')[0],
      );
      expect(isRunning(postmaster)).toBe(true);

      starter.kill(signal);

      // Waits as long as the test may last: what is asserted is that it happens.
      while (isRunning(postmaster) || existsSync(dirname(dataDirectory))) await sleep(20);
    },
  );

  test('starts from programs that only the current user can reach, root included, and listens on 127.0.0.1 alone', async () => {
    const folder = await mkdtemp(`${tmpdir()}/tricost-unreachable-`);
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await cp(dirname(findPostgres(18)), `${folder}/installation`, {
      recursive: true,
      verbatimSymlinks: true,
    });
    await chmod(folder, 0o700);

    const cluster = await startPostgresCluster(`${folder}/installation/bin`);
    onTestFinished(cluster.stop);

    const client = new pg.Client({ connectionString: cluster.url });
    await client.connect();
    onTestFinished(() => client.end());
    const { rows } = await client.query(
      "select name, setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories')",
    );
    expect(rows).toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
  });
});
