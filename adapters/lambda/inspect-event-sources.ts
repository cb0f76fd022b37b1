/** The event source mappings that a queue has. */
import { type LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';
import type { EventSourceFacts } from '../../domain/doctor/judge-stack.ts';

export async function inspectEventSource(
  client: LambdaClient,
  queue: string,
  queueArn: string,
): Promise<EventSourceFacts> {
  const { EventSourceMappings: mappings = [] } = await client.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: queueArn }),
  );
  return {
    queue,
    mappings: mappings.map(({ UUID = '', State = 'unknown' }) => ({ id: UUID, state: State })),
  };
}
