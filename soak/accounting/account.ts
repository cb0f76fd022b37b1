/** Compares what was published with what is in the tables and the queues: by id and by amount, not only by number. */

import { queueDepth } from '../../adapters/sqs/queue-depth.ts';
import { formatPicoUsd, type PicoUsd, parsePicoUsd } from '../../domain/money.ts';
import { ingestMetric, type SoakStack } from '../world/soak-stack.ts';

export interface Expected {
  /** Copies of events that the queue took, broken ones included. */
  published: number;
  /** Of each distinct call, by its event id; `null`: without a known cost. */
  costs: ReadonlyMap<string, PicoUsd | null>;
  /** Events, or whole messages, that cannot be calls. */
  rejected: number;
}

export interface Account {
  published: number;
  /** Rows of `llm_calls`. */
  stored: number;
  /** Copies beyond the first of what was published more than once: not counted, they must leave no row. */
  expectedDuplicates: number;
  /** Rows of `rejected_calls`. */
  rejected: number;
  /** Rows that ingest met again, as it counts them itself: repeats, and what a queue delivered a second time. */
  metAgain: number;
  /** Sum of `cost_usd`, US dollars. */
  costUsd: string;
}

export interface Accounted {
  account: Account;
  /** Sentences; none when everything is accounted for. */
  problems: string[];
}

/** Empties what a scenario fills. */
export async function emptyTables({ database }: SoakStack): Promise<void> {
  await database.withOwner((owner) =>
    owner.query('truncate tricost.llm_calls, tricost.rejected_calls, tricost.deliveries'),
  );
}

/** @param metAgainBefore the metric when the scenario started */
export async function account(
  soak: SoakStack,
  { published, costs, rejected }: Expected,
  metAgainBefore = 0,
): Promise<Accounted> {
  const found = await readTables(soak);
  const copiesOf = new Map<string, number>();
  for (const id of found.eventIds) copiesOf.set(id, (copiesOf.get(id) ?? 0) + 1);
  const missing = [...costs.keys()].filter((id) => !copiesOf.has(id)).length;
  const strangers = [...copiesOf.keys()].filter((id) => !costs.has(id)).length;
  const doubled = [...copiesOf.values()].filter((copies) => copies > 1).length;
  const expectedUsd = [...costs.values()].reduce<PicoUsd>((sum, cost) => sum + (cost ?? 0n), 0n);
  const expectedDuplicates = published - costs.size - rejected;
  const metAgain = ingestMetric(soak, 'Duplicate') - metAgainBefore;

  const problems = [
    ...(await leftInQueues(soak)),
    ...(missing > 0 ? [`${missing} calls are missing from llm_calls`] : []),
    ...(strangers > 0 ? [`${strangers} calls in llm_calls were never published`] : []),
    ...(doubled > 0 ? [`${doubled} event ids have more than one row`] : []),
    ...(found.rejected === rejected
      ? []
      : [`${found.rejected} events are in rejected_calls instead of ${rejected}`]),
    // More is no wonder: what is delivered again is met again.
    ...(metAgain >= expectedDuplicates
      ? []
      : [`ingest met ${metAgain} copies again of ${expectedDuplicates} published`]),
    ...(found.costUsd === expectedUsd
      ? []
      : [
          `they cost ${formatPicoUsd(found.costUsd)} US dollars instead of ${formatPicoUsd(expectedUsd)}`,
        ]),
  ];
  return {
    problems,
    account: {
      published,
      stored: found.eventIds.length,
      expectedDuplicates,
      rejected: found.rejected,
      metAgain,
      costUsd: formatPicoUsd(found.costUsd),
    },
  };
}

async function readTables({ database }: SoakStack) {
  return database.withOwner(async (owner) => {
    const calls = await owner.query<{ event_id: string }>('select event_id from tricost.llm_calls');
    const cost = await owner.query<{ usd: string }>(
      'select coalesce(sum(cost_usd), 0) as usd from tricost.llm_calls',
    );
    const refused = await owner.query('select from tricost.rejected_calls');
    return {
      eventIds: calls.rows.map(({ event_id: id }) => id),
      costUsd: parsePicoUsd(cost.rows[0]?.usd ?? ''),
      rejected: refused.rowCount ?? 0,
    };
  });
}

/** Dead-letter queues included: whatever lies there was not dealt with. */
export async function leftInQueues({ stack }: SoakStack): Promise<string[]> {
  const problems: string[] = [];
  for (const { name, url } of stack.plan.queues) {
    const depth = await queueDepth(stack.sqs, url);
    if (depth > 0) problems.push(`${depth} messages are in queue ${name}`);
  }
  return problems;
}
