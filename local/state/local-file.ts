/** `.tricost/local.json`: where a local run listens, for people, programs and the next start. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LocalFile {
  /** Owner of the schema. */
  databaseUrl: string;
  /** What the functions connect as. */
  runtimeDatabaseUrl: string;
  /** Where to publish calls. */
  queueUrl: string;
  dlqUrl: string;
  sqsEndpoint: string;
  /** Parameter Store, Scheduler, Lambda and CloudFormation. */
  awsEndpoint: string;
  region: string;
  scheduleGroup: string;
  /** All outputs of the stack, by name; `queueUrl` and the like above are some of them. */
  outputs: Record<string, string>;
  slackInboxUrl: string;
  boardUrl: string;
  /** Of the runner. */
  pid: number;
}

const FILE = 'local.json';

/** Readable by its owner only: it holds passwords. Written whole or not at all, as others wait for it. */
export async function writeLocalFile(stateDirectory: string, content: LocalFile): Promise<void> {
  const path = join(stateDirectory, FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Undefined when there is none, or none that can be read. */
export async function readLocalFile(stateDirectory: string): Promise<LocalFile | undefined> {
  try {
    return JSON.parse(await readFile(join(stateDirectory, FILE), 'utf8')) as LocalFile;
  } catch {
    return undefined;
  }
}

/** The port of an address in the file, to take it again. */
export function portOf(url: string | undefined): number | undefined {
  const port = Number(URL.parse(url ?? '')?.port);
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
