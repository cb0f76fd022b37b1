/** The bundled spend-alert function, as a schedule calls it on a morning. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ParameterStore } from '../../local/endpoints/parameter-store.ts';
import { startLoopbackServer } from '../../local/loopback-server.ts';
import { startLoopbackFauxqs } from '../../local/queue/loopback-fauxqs.ts';
import type { Teardown } from '../../local/teardown.ts';

const BUNDLE = fileURLToPath(
  new URL('../../dist/lambdas/spend-alert/handler.mjs', import.meta.url),
);
const REGION = 'us-east-1';
const QUEUE = 'notify';
const TIMEOUT_MS = 120_000;

interface Outcome {
  dates: { state: string; features: number; alerts: number }[];
}

export type Morning = (at: Date) => Promise<Outcome>;

/** @param databaseUrl as the functions connect */
export async function loadMorning(databaseUrl: string, teardown: Teardown): Promise<Morning> {
  const parameters = new ParameterStore();
  parameters.set('/database-url', databaseUrl);
  const store = await startLoopbackServer(async (request) => parameters.answer(request));
  teardown.add(() => store.close());
  const fauxqs = await startLoopbackFauxqs();
  teardown.add(() => fauxqs.stop());
  const { queueUrl } = fauxqs.createQueue(QUEUE, { region: REGION });
  Object.assign(process.env, {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SSM: store.url,
    AWS_ENDPOINT_URL_SQS: fauxqs.address,
    POWERTOOLS_METRICS_DISABLED: 'true',
    TRICOST_DATABASE_URL_PARAMETER: '/database-url',
    TRICOST_DATABASE_CA: '',
    TRICOST_REPORTING_ZONE: 'UTC',
    TRICOST_SPEND_GROWTH_RATIO: '0.3',
    TRICOST_MINIMUM_SPEND_USD: '5',
    TRICOST_HEARTBEAT: 'true',
    TRICOST_BOARD_URL: '',
    // fauxqs names a host that not every machine resolves.
    TRICOST_NOTIFY_QUEUE_URL: new URL(new URL(queueUrl).pathname, fauxqs.address).href,
    TRICOST_FOLLOW_UP_GROUP: 'follow-ups',
    TRICOST_FOLLOW_UP_ROLE_ARN: 'arn:aws:iam::123456789012:role/follow-ups',
    TRICOST_FAILED_JOBS_QUEUE_ARN: 'arn:aws:sqs:us-east-1:123456789012:failed-jobs',
  });
  const { handler } = (await import(pathToFileURL(BUNDLE).href)) as {
    handler(event: object, context: object): Promise<Outcome>;
  };
  return (at) =>
    handler(
      { scheduledTime: at.toISOString() },
      { getRemainingTimeInMillis: () => TIMEOUT_MS, invokedFunctionArn: '' },
    );
}
