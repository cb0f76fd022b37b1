/** The ways of writing calls that are measured against each other. */
import type { Client } from 'pg';
import { COLUMN_TYPES, filledColumns, inputText } from '../adapters/postgres/call-columns.ts';
import { encodeCopy } from '../adapters/postgres/copy-calls.ts';
import { copyIn } from '../adapters/postgres/copy-in.ts';
import type { PromptVersionCache } from '../adapters/postgres/prompt-versions.ts';
import { storeBatch } from '../adapters/postgres/store-batch.ts';
import type { CallRow } from '../domain/ingest-calls/call-row.ts';
import { byKey, type PlannedCall } from '../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';

const PRICES = builtInPriceBook();

/** Prepares a run, which is not measured; what it returns is. */
export type Contender = (calls: readonly PlannedCall[]) => () => Promise<void>;

/** As ingest does it, batch after batch: sort, prompt versions, INSERT or COPY. */
export function ourWriter(client: Client, batchSize: number): Contender {
  const promptVersions: PromptVersionCache = new Map();
  return (calls) => {
    // Messages do not arrive in the order of the key.
    const batches = batchesOf(calls, batchSize).map((batch) => batch.reverse());
    return async () => {
      for (const batch of batches) await storeSorted(client, batch, promptVersions);
    };
  };
}

/** Several at once, each with its share of the batches. */
export function ourWriters(clients: readonly Client[], batchSize: number): Contender {
  const contenders = clients.map((client) => ourWriter(client, batchSize));
  return (calls) => {
    const share = Math.ceil(calls.length / contenders.length);
    const runs = contenders.map((contender, index) =>
      contender(calls.slice(index * share, (index + 1) * share)),
    );
    return async () => {
      await Promise.all(runs.map((run) => run()));
    };
  };
}

/** What most apps begin with: a prepared INSERT for every call, each its own transaction. */
export function oneInsertPerCall(client: Client): Contender {
  return (calls) => {
    const rows = calls.map(({ row }) => row);
    const columns = filledColumns(rows);
    const text = `insert into tricost.llm_calls (${columns.join(', ')})
      values (${columns.map((column, index) => `$${index + 1}::${COLUMN_TYPES[column]}`).join(', ')})`;
    return async () => {
      for (const row of rows) {
        const values = columns.map((column) => inputText(row, column));
        await client.query({ name: 'one-call', text, values });
      }
    };
  };
}

/** The limit: what Postgres takes as fast as it can, encoded and sorted beforehand, and not idempotent. */
export function plainCopy(client: Client, batchSize: number): Contender {
  return (calls) => {
    const copies = batchesOf(calls, batchSize).map((batch) =>
      encodedCopy(batch.map(({ row }) => row)),
    );
    return async () => {
      for (const { statement, data } of copies) await copyIn(client, statement, data);
    };
  };
}

/** Encoded now, not while it is sent. */
export function encodedCopy(rows: readonly CallRow[]): { statement: string; data: Buffer[] } {
  const { statement, data } = encodeCopy(rows);
  return { statement, data: [...data] };
}

async function storeSorted(
  client: Client,
  calls: PlannedCall[],
  promptVersions: PromptVersionCache,
): Promise<void> {
  const { stored, failure } = await storeBatch(
    client,
    {
      calls: calls.sort(byKey),
      rejections: [],
      deliveries: [],
      bugs: [],
      messages: [],
      prices: PRICES,
      completeMessages: 0,
    },
    promptVersions,
  );
  if (stored !== calls.length) throw new Error('the writer left rows out', { cause: failure });
}

function batchesOf(calls: readonly PlannedCall[], size: number): PlannedCall[][] {
  return Array.from({ length: Math.ceil(calls.length / size) }, (_, index) =>
    calls.slice(index * size, (index + 1) * size),
  );
}
