import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { LOCK_FILE, takeRunLock } from '../../../local/state/run-lock.ts';

async function stateDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-lock-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** A process whose command line is, or is not, that of a runner. */
async function otherProcess(argument: string): Promise<number> {
  const child = spawn(process.execPath, [
    '-e',
    'console.log();setInterval(() => {}, 1e6)',
    argument,
  ]);
  onTestFinished(() => {
    child.kill();
  });
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

test('is taken, holds the process id, and is given back', async () => {
  const directory = await stateDirectory();
  const release = await takeRunLock(directory);
  expect(await readFile(join(directory, LOCK_FILE), 'utf8')).toBe(String(process.pid));
  await release();
  await takeRunLock(directory);
});

test('a living runner holds it, and the error says which and what to do', async () => {
  const directory = await stateDirectory();
  const pid = await otherProcess('local/main.ts');
  await writeFile(join(directory, LOCK_FILE), String(pid));
  await expect(takeRunLock(directory)).rejects.toThrow(
    `tricost runs here already (process ${pid}): stop it with Ctrl-C in its terminal or \`kill ${pid}\``,
  );
});

test('a dead runner, or a stranger with its old process id, does not', async () => {
  for (const pid of [999_999_999, await otherProcess('something-else')]) {
    const directory = await stateDirectory();
    await writeFile(join(directory, LOCK_FILE), String(pid));
    await takeRunLock(directory);
    expect(await readFile(join(directory, LOCK_FILE), 'utf8')).toBe(String(process.pid));
  }
});

test('names its holder from the moment it is there', async () => {
  const directory = await stateDirectory();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  // Reads as often as it can, at the same time.
  const reader = new Worker(
    `const { readFileSync } = require('node:fs');
     const { parentPort, workerData: { path, stop } } = require('node:worker_threads');
     const seen = new Set();
     parentPort.postMessage('reading');
     while (Atomics.load(stop, 0) === 0) {
       try { seen.add(readFileSync(path, 'utf8')); } catch {}
     }
     parentPort.postMessage([...seen]);`,
    { eval: true, workerData: { path: join(directory, LOCK_FILE), stop } },
  );
  await once(reader, 'message');
  for (let count = 0; count < 500; count += 1) await (await takeRunLock(directory))();
  Atomics.store(stop, 0, 1);
  expect(await once(reader, 'message')).toEqual([[String(process.pid)]]);
});
