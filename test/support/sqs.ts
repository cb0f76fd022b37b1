/** A real SQS engine on loopback for a test file, with a client and queues shaped as a test needs them. */
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { startLoopbackFauxqs } from '../../local/queue/loopback-fauxqs.ts';

export interface TestQueueEngine {
  /** `http://127.0.0.1:<port>`, for AWS_ENDPOINT_URL_SQS. */
  endpoint: string;
  client: SQSClient;
  /** A standard queue; returns its URL. */
  createQueue(
    name: string,
    attributes?: Partial<Record<QueueAttributeName, string>>,
  ): Promise<string>;
  /** A queue that moves a message to a second one after `maxReceiveCount` receives. */
  createQueueWithDlq(
    name: string,
    maxReceiveCount: number,
    attributes?: Partial<Record<QueueAttributeName, string>>,
  ): Promise<{ queueUrl: string; dlqUrl: string }>;
  stop(): Promise<void>;
}

export async function startQueue(): Promise<TestQueueEngine> {
  const engine = await startLoopbackFauxqs();
  const client = new SQSClient({
    endpoint: engine.address,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  async function createQueue(
    name: string,
    attributes: Partial<Record<QueueAttributeName, string>> = {},
  ): Promise<string> {
    const created = await client.send(
      new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
    );
    if (created.QueueUrl === undefined) throw new Error(`queue ${name} has no URL`);
    return created.QueueUrl;
  }

  return {
    endpoint: engine.address,
    client,
    createQueue,
    async createQueueWithDlq(name, maxReceiveCount, attributes = {}) {
      const dlqUrl = await createQueue(`${name}-dlq`);
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: dlqUrl, AttributeNames: ['QueueArn'] }),
      );
      const queueUrl = await createQueue(name, {
        ...attributes,
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: Attributes?.['QueueArn'],
          maxReceiveCount,
        }),
      });
      return { queueUrl, dlqUrl };
    },
    async stop() {
      client.destroy();
      await engine.stop();
    },
  };
}
