/** How long each function takes from a fresh process to a loaded handler, through the runtime that `npm start` uses. */
import { readdirSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Sandbox } from '../../local/functions/sandbox.ts';

export interface ColdInit {
  bundle_bytes: number;
  /** Median. */
  init_ms: number;
}

const BUNDLES = fileURLToPath(new URL('../../dist/lambdas', import.meta.url));
const RUNS = 10;
/** What Node and the runtime take by themselves. */
const EMPTY = '(an empty handler)';

export async function measureColdInit(
  onProgress: (name: string) => void,
): Promise<Record<string, ColdInit>> {
  const folder = await mkdtemp(join(tmpdir(), 'tricost-bench-'));
  try {
    await mkdir(join(folder, EMPTY));
    await writeFile(join(folder, EMPTY, 'handler.mjs'), 'export const handler = async () => {};\n');
    const functions = [
      { name: EMPTY, taskRoot: join(folder, EMPTY) },
      ...readdirSync(BUNDLES)
        .sort()
        .map((name) => ({ name, taskRoot: join(BUNDLES, name) })),
    ];
    const results: Record<string, ColdInit> = {};
    for (const { name, taskRoot } of functions) {
      onProgress(name);
      const times: number[] = [];
      for (let run = 0; run < RUNS; run += 1) times.push(await coldInitMs(taskRoot));
      times.sort((a, b) => a - b);
      results[name] = {
        bundle_bytes: statSync(join(taskRoot, 'handler.mjs')).size,
        init_ms: Math.ceil(times[RUNS / 2] ?? 0),
      };
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function coldInitMs(taskRoot: string): Promise<number> {
  const startedAt = performance.now();
  const sandbox = await Sandbox.start({
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
    taskRoot,
    environment: { ...ENVIRONMENT, LAMBDA_TASK_ROOT: taskRoot },
    memoryMb: 512,
    timeoutSeconds: 60,
    log: () => {},
  });
  const ms = performance.now() - startedAt;
  await sandbox.stop();
  return ms;
}

/** What one function or another reads while it loads. */
const ENVIRONMENT = {
  _HANDLER: 'handler.handler',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  TRICOST_BOARD_URL: '',
  TRICOST_DATABASE_CA: '',
  TRICOST_DATABASE_URL_PARAMETER: '/database-url',
  TRICOST_FEATURE_INDEX: 'false',
  TRICOST_MINIMUM_SPEND_USD: '5',
  TRICOST_NOTIFY_QUEUE_URL: 'http://127.0.0.1:1/notify',
  TRICOST_SLACK_PARAMETER_PREFIX: '/tricost/slack/',
  TRICOST_FOLLOW_UP_GROUP: 'follow-ups',
  TRICOST_FOLLOW_UP_ROLE_ARN: 'arn:aws:iam::123456789012:role/follow-ups',
  TRICOST_FAILED_JOBS_QUEUE_ARN: 'arn:aws:sqs:eu-west-1:123456789012:failed-jobs',
  TRICOST_PARTITION_MONTHS_AHEAD: '3',
  TRICOST_PARTITION_MONTHS_BACK: '3',
  TRICOST_QUEUE_URL: 'http://127.0.0.1:1/calls',
  TRICOST_REPORTING_ZONE: 'UTC',
  TRICOST_RETENTION_MONTHS: '',
  TRICOST_RUNTIME_DATABASE_URL_PARAMETER: '/runtime-database-url',
  TRICOST_SLACK_WEBHOOK_URL_PARAMETER: '/slack-webhook-url',
  TRICOST_SPEND_GROWTH_RATIO: '0.3',
};
