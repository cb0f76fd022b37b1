/** A runner for a test to kill: a database and a mini assembly, ready when it has printed where they are. */

import { startLocalDatabase } from '../../local/postgres/local-database.ts';
import { runAssembly } from '../../local/run-assembly.ts';
import { portOf, readLocalFile, writeLocalFile } from '../../local/state/local-file.ts';

const [assemblyDirectory = '', stateDirectory = ''] = process.argv.slice(2);

const earlier = await readLocalFile(stateDirectory);
const database = await startLocalDatabase({
  stateDirectory,
});
const stack = await runAssembly({
  assemblyDirectory,
  stateDirectory,
  ports: { sqs: portOf(earlier?.sqsEndpoint), aws: portOf(earlier?.awsEndpoint) },
  parameters: () => ({}),
  onError: () => {},
});
const file = {
  databaseUrl: database.ownerUrl,
  runtimeDatabaseUrl: database.runtimeUrl,
  queueUrl: stack.plan.queues[0]?.url ?? '',
  dlqUrl: '',
  sqsEndpoint: stack.sqsEndpoint,
  awsEndpoint: stack.awsEndpoint,
  region: stack.plan.region,
  scheduleGroup: '',
  outputs: {},
  slackInboxUrl: '',
  boardUrl: '',
  pid: process.pid,
};
await writeLocalFile(stateDirectory, file);
console.log('ready');
process.on('SIGTERM', async () => {
  await stack.stop();
  await database.stop();
  process.exit(0);
});
