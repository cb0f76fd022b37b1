import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startLocalDatabase } from '../../local/postgres/local-database.ts';
import { startSlackInbox } from '../../local/slack/inbox.ts';
import { miniFunction, miniMapping, miniQueue } from './mini-assembly.ts';
import { startMiniAssembly } from './running-assembly.ts';

/** State of a listening socket in /proc/net/tcp; https://docs.kernel.org/networking/proc_net_tcp.html */
const LISTEN = '0A';

/** Addresses on which this process or its children listen, as hexadecimal words of the machine. */
async function listeningAddresses(): Promise<string[]> {
  const inodes = new Set<string>();
  for (const pid of await ownProcesses()) {
    const directory = `/proc/${pid}/fd`;
    for (const descriptor of await readdir(directory).catch(() => [])) {
      const target = await readlink(`${directory}/${descriptor}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  }
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === LISTEN && inodes.has(columns[9] ?? ''))
      .map((columns) => (columns[1] ?? '').split(':')[0] ?? ''),
  );
}

async function ownProcesses(): Promise<string[]> {
  const found = [String(process.pid)];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The command, in brackets, may hold spaces.
    const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (found.includes(parent ?? '')) found.push(pid);
  }
  return found;
}

test.runIf(process.platform === 'linux')('nothing listens but on 127.0.0.1', async () => {
  await startMiniAssembly(
    { Q: miniQueue(), F: miniFunction('f'), M: miniMapping('Q', 'F') },
    { f: 'export const handler = async () => {}' },
  );
  const inbox = await startSlackInbox({ file: '/dev/null' });
  onTestFinished(() => inbox.close());
  const withoutDatabase = await listeningAddresses();
  // The queue, the AWS endpoint, the inbox and the function's Runtime API.
  expect(withoutDatabase.length).toBeGreaterThanOrEqual(4);

  const stateDirectory = await mkdtemp(join(tmpdir(), 'tricost-loopback-'));
  onTestFinished(() => rm(stateDirectory, { recursive: true, force: true }));
  const database = await startLocalDatabase({ stateDirectory });
  onTestFinished(() => database.stop());
  const addresses = await listeningAddresses();
  expect(addresses.length).toBeGreaterThan(withoutDatabase.length);
  expect(new Set(addresses)).toEqual(new Set(['0100007F']));
});
