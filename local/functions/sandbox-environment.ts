/** The environment of a function's process: the template's variables, what Lambda itself sets, and where the services are. */
import type { FunctionDefinition } from '../assembly/resources/function.ts';
import type { Credentials } from '../iam/access-control.ts';
import { LOG_STREAM } from './function-role.ts';

export interface ServiceEndpoints {
  sqs: string;
  /** Every other service: those that are not emulated refuse there, where it is noted. */
  aws: string;
}

/** What any other client of the local services may sign its requests with: only roles are told apart. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

/**
 * Nothing of the runner's own environment gets in, or a function could pass here with a variable that its stack forgets.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function sandboxEnvironment(
  { name, handler, runtime, memoryMb, environment, logGroupName }: FunctionDefinition,
  credentials: Credentials,
  taskRoot: string,
  region: string,
  endpoints: ServiceEndpoints,
): Record<string, string> {
  return {
    ...environment,
    _HANDLER: handler,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_DEFAULT_REGION: region,
    AWS_ENDPOINT_URL: endpoints.aws,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: LOG_STREAM,
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    LAMBDA_TASK_ROOT: taskRoot,
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}
