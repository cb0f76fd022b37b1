/** An AWS account on loopback, bootstrapped for the CDK and empty: what is deployed to it really runs. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ParameterStore } from '../../local/endpoints/parameter-store.ts';
import { startAwsEndpoint } from '../../local/endpoints/start-aws-endpoint.ts';
import { LOCAL_CREDENTIALS } from '../../local/functions/sandbox-environment.ts';
import { AccessControl } from '../../local/iam/access-control.ts';
import { Guard } from '../../local/iam/guard.ts';
import { startLoopbackFauxqs } from '../../local/queue/loopback-fauxqs.ts';
import type { Teardown } from '../../local/teardown.ts';
import { BootstrapBucket } from './control-plane/bootstrap-bucket.ts';
import { CloudFormationApi } from './control-plane/cloud-formation-api.ts';
import { ACCOUNT_ID } from './control-plane/security-token-service.ts';
import { startControlPlane } from './control-plane/start-control-plane.ts';
import { CloudFormation } from './engine/cloud-formation.ts';
import { CustomResources } from './engine/custom-resources.ts';
import { LocalResources } from './engine/local-resources.ts';
import { Roles } from './engine/resources/roles.ts';
import { StackOperations } from './engine/stack-operations.ts';
import { UploadedCode } from './engine/uploaded-code.ts';

export interface LoopbackAws {
  /** For AWS_ENDPOINT_URL. */
  endpoint: string;
  region: string;
  bucket: BootstrapBucket;
  parameters: ParameterStore;
  resources: LocalResources;
  sqs: SQSClient;
}

const REGION = 'us-east-1';

/** What `cdk bootstrap` leaves for the command line to find. */
const BOOTSTRAP_VERSION = { name: '/cdk-bootstrap/hnb659fds/version', value: '30' };

/** @param directory for code and logs; empty */
export async function startLoopbackAws(
  directory: string,
  teardown: Teardown,
  onError: (functionName: string, problem: string) => void,
): Promise<LoopbackAws> {
  const logDirectory = join(directory, 'logs');
  await mkdir(logDirectory, { recursive: true });
  const roles = new Roles();
  const access = new AccessControl(roles.definitions);
  const guard = new Guard(access, REGION);
  const queueEngine = await startLoopbackFauxqs({ guard });
  teardown.add(() => queueEngine.stop());
  const sqs = new SQSClient({
    endpoint: queueEngine.address,
    region: REGION,
    credentials: LOCAL_CREDENTIALS,
  });
  teardown.add(async () => sqs.destroy());

  const bucket = new BootstrapBucket(REGION);
  const parameters = new ParameterStore();
  parameters.set(BOOTSTRAP_VERSION.name, BOOTSTRAP_VERSION.value);
  const code = new UploadedCode(join(directory, 'code'), (at) => bucket.get(at.bucket, at.key));
  await code.prepare();

  // Each needs the address of a server that needs it.
  const addresses = { controlPlane: '', functions: '' };
  const customResources = new CustomResources(() => new URL(addresses.controlPlane));
  const resources = new LocalResources({
    region: REGION,
    roles,
    access,
    sqs,
    code,
    customResources,
    endpoints: {
      sqs: queueEngine.address,
      get aws() {
        return addresses.functions;
      },
    },
    logDirectory,
    onError,
  });
  const functionServices = await startAwsEndpoint(
    {
      // Functions do not ask about stacks; the command line asks the control plane.
      stack: { stackName: '', outputs: {} },
      parameters,
      guard,
      schedules: resources.schedules.definitions,
      invoker: {
        invoke: (name, payload) => resources.functions.find(name)?.invoke(payload),
        invokeAsynchronously: (name, payload) =>
          resources.functions.acceptAsynchronously(name, payload),
      },
    },
    0,
  );
  teardown.add(() => functionServices.close());
  addresses.functions = functionServices.url;

  const cloudFormation = new CloudFormation({
    region: REGION,
    accountId: ACCOUNT_ID,
    sqsEndpoint: queueEngine.address,
    operations: new StackOperations(resources),
  });
  const controlPlane = await startControlPlane({
    bucket,
    parameters,
    customResources,
    cloudFormation: new CloudFormationApi({
      cloudFormation,
      readTemplate: (url) => bucket.read(url),
    }),
  });
  addresses.controlPlane = controlPlane.url;
  teardown.add(() => controlPlane.stop());
  teardown.add(() => resources.stop());
  teardown.add(() => cloudFormation.atRest());
  return { endpoint: controlPlane.url, region: REGION, bucket, parameters, resources, sqs };
}
