/** The largest invocations that Lambda hands over, made of compressed messages: does ingest keep within its memory? */
import { seededRandom } from '../local/demo/random.ts';
import { readBatchOutcome } from '../local/event-sources/batch-outcome.ts';
import type { SqsEventRecord } from '../local/event-sources/sqs-event.ts';
import { account, emptyTables } from './accounting/account.ts';
import {
  crowdedMessages,
  fillInvocation,
  fullMessages,
  type Invocation,
  type PackedMessage,
  paddedMessages,
} from './accounting/packed-messages.ts';
import type { Outcome, Size } from './scenario.ts';
import { killIngest } from './world/kill-ingest.ts';
import { peakMemory } from './world/peak-memory.ts';
import { ingestMetric, type SoakStack } from './world/soak-stack.ts';

export interface FullInvocation extends Size {
  /** Of one event; Lambda's own limit is 6 MiB. */
  invocationBytes: number;
  /** How many of each kind, at most; the stack's own limit is 100 an event. */
  messages: { ordinary: number; padded: number; crowded: number };
}

const MIB = 1024 * 1024;
/** Of the 512 that the function has. On a machine with much memory V8 lets garbage wait: 253 to 308 were seen, the more the busier it was. */
const MOST_MIB = 320;
/** Ingest may leave messages for the next delivery, as long as it gets on. */
const MOST_DELIVERIES = 20;

export async function fullInvocation(soak: SoakStack, size: FullInvocation): Promise<Outcome> {
  const { seed, events, invocationBytes: bytes, messages } = size;
  const source = { name: `full-invocation/${seed}`, now: new Date(), random: seededRandom(seed) };
  const ordinary = fullMessages(
    source,
    messages.ordinary,
    bytes,
    Math.ceil(events / messages.ordinary),
  );
  const kinds: [name: string, of: Iterable<PackedMessage>, messages: number][] = [
    ['ordinary', ordinary, messages.ordinary],
    ['padded', paddedMessages(source), messages.padded],
    ['crowded', crowdedMessages(source.now, events), messages.crowded],
  ];
  await emptyTables(soak);
  const metAgainBefore = ingestMetric(soak, 'Duplicate');
  const costs = new Map<string, bigint>();
  const facts: Outcome['facts'] = {};
  const problems: string[] = [];
  for (const [name, of, limit] of kinds) {
    size.report(`an invocation of ${name} messages`);
    const invocation = fillInvocation(of, { messages: limit, bytes });
    for (const [id, cost] of invocation.costs) costs.set(id, cost);
    const { facts: measured, problem } = await measure(soak, invocation);
    for (const [fact, value] of Object.entries(measured)) facts[`${name}_${fact}`] = value;
    if (problem !== undefined) problems.push(`${name} messages: ${problem}`);
  }
  const expected = { published: costs.size, costs, rejected: 0 };
  const accounted = await account(soak, expected, metAgainBefore);
  return { account: accounted.account, facts, problems: [...problems, ...accounted.problems] };
}

async function measure(soak: SoakStack, { records, costs, bytes }: Invocation) {
  // What an earlier invocation has needed does not count.
  await killIngest(soak);
  const startedAt = performance.now();
  const { result: left, bytes: peakBytes } = await peakMemory(
    () => soak.stack.processes(soak.ingestFunction).map(({ processId }) => processId),
    () => deliver(soak, records),
  );
  const peakMib = peakBytes === undefined ? undefined : Math.ceil(peakBytes / MIB);
  const facts: Outcome['facts'] = {
    messages: records.length,
    calls: costs.size,
    event_mib: Math.round((bytes / MIB) * 100) / 100,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    deliveries: left.deliveries,
    peak_mib: peakMib ?? 'not measured: this machine has no /proc',
  };
  if (left.error !== undefined) return { facts, problem: left.error };
  const problem = memoryProblem(peakMib);
  return problem === undefined ? { facts } : { facts, problem };
}

/** @param peakMib undefined where it cannot be measured */
export function memoryProblem(peakMib: number | undefined): string | undefined {
  if (peakMib === 0) return 'no process of ingest was seen, so its memory was not measured';
  if (peakMib === undefined || peakMib <= MOST_MIB) return undefined;
  return `ingest held ${peakMib} MiB of memory, more than ${MOST_MIB}`;
}

/** Hands over what is left, as the queue would, until nothing is. */
async function deliver(
  { stack, ingestFunction }: SoakStack,
  records: readonly SqsEventRecord[],
): Promise<{ deliveries: number; error?: string }> {
  let left = records;
  for (let deliveries = 1; ; deliveries += 1) {
    const result = await stack.invoke(ingestFunction, { Records: left });
    if (result.error !== undefined) {
      const { errorType, errorMessage } = result.error;
      return { deliveries, error: `${errorType}: ${errorMessage}` };
    }
    const ids = left.map(({ messageId }) => messageId);
    const { succeeded } = readBatchOutcome(result, ids, true);
    left = left.filter(({ messageId }) => !succeeded.has(messageId));
    if (left.length === 0) return { deliveries };
    if (succeeded.size === 0 || deliveries === MOST_DELIVERIES) {
      return { deliveries, error: `${left.length} messages could not be stored` };
    }
  }
}
