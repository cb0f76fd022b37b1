/** One loopback address for all that the CDK command line asks of AWS: STS, Parameter Store, S3 and CloudFormation. */
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { AwsError } from '../../../local/endpoints/aws-error.ts';
import type { ParameterStore } from '../../../local/endpoints/parameter-store.ts';
import {
  FOREIGN_HOST,
  isLoopbackHost,
  type LoopbackRequest,
  type LoopbackResponse,
} from '../../../local/loopback-server.ts';
import { type LoopbackServer, listenOnLoopback } from '../../lambdas/loopback-server.ts';
import { type CustomResources, RESPONSE_PATH } from '../engine/custom-resources.ts';
import type { BootstrapBucket } from './bootstrap-bucket.ts';
import { CLOUDFORMATION_NAMESPACE, type CloudFormationApi } from './cloud-formation-api.ts';
import { QueryError, queryError } from './query-xml.ts';
import { answerSts, STS_NAMESPACE } from './security-token-service.ts';

export interface ControlPlane {
  bucket: BootstrapBucket;
  parameters: ParameterStore;
  cloudFormation: CloudFormationApi;
  customResources: CustomResources;
}

export function startControlPlane(plane: ControlPlane): Promise<LoopbackServer> {
  return listenOnLoopback(
    createServer((request, response) => {
      answer(plane, request)
        .catch((error: unknown): LoopbackResponse => ({ status: 500, body: String(error) }))
        .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
    }),
  );
}

async function answer(plane: ControlPlane, request: IncomingMessage): Promise<LoopbackResponse> {
  if (!isLoopbackHost(request.headers.host)) return { status: 403, body: FOREIGN_HOST };
  const { method = 'GET', headers } = request;
  const bytes = await buffer(request);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname.startsWith(RESPONSE_PATH)) {
    const taken = plane.customResources.receive(url.pathname, bytes.toString('utf8'));
    return { status: taken ? 200 : 403 };
  }
  const service = /\/([a-z0-9]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1];
  const parameters = (): URLSearchParams => new URLSearchParams(bytes.toString('utf8'));
  switch (service) {
    case 's3':
      return plane.bucket.answer({ method, url, headers, bytes });
    case 'ssm':
      return answerSsm(plane.parameters, { method, url, headers, body: bytes.toString('utf8') });
    case 'sts':
      return answerQuery(STS_NAMESPACE, async () => answerSts(parameters()));
    case 'cloudformation':
      return answerQuery(CLOUDFORMATION_NAMESPACE, () => plane.cloudFormation.answer(parameters()));
    default:
      return { status: 501, body: `${service ?? 'an unsigned request'} is not emulated` };
  }
}

async function answerQuery(
  namespace: string,
  act: () => Promise<LoopbackResponse>,
): Promise<LoopbackResponse> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof QueryError) return queryError(namespace, error);
    throw error;
  }
}

function answerSsm(parameters: ParameterStore, request: LoopbackRequest): LoopbackResponse {
  try {
    return parameters.answer(request);
  } catch (error) {
    if (error instanceof AwsError) return error.toResponse(request);
    throw error;
  }
}
