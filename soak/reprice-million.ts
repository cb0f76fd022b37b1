/** Stored calls are priced again by two new lists while somebody reads them, and the process that does it is killed. */
import type { ClientBase } from 'pg';
import { connect } from '../adapters/postgres/connect.ts';
import { oldestPartitionStart } from '../adapters/postgres/create-partitions.ts';
import { addPriceList, readPriceBook } from '../adapters/postgres/price-list.ts';
import { FOLD_QUARTERS, foldSpend } from '../adapters/postgres/roll-up-spend.ts';
import { storeBatch } from '../adapters/postgres/store-batch.ts';
import { planBatch } from '../domain/ingest-calls/plan-batch.ts';
import type { PriceKind } from '../domain/pricing/price-list.ts';
import { seededRandom } from '../local/demo/random.ts';
import { emptyTables } from './accounting/account.ts';
import {
  DATED_MODEL,
  type DatedCalls,
  datedCall,
  datedCost,
  datedEvent,
  type ListStage,
  type TokenPrices,
  usdPerMillion,
} from './accounting/dated-calls.ts';
import { readSnapshot } from './accounting/snapshot-reader.ts';
import type { Outcome, Size } from './scenario.ts';
import { type Kill, type RepriceProgress, repriceInProcess } from './world/reprice-process.ts';
import type { SoakStack } from './world/soak-stack.ts';

export interface RepriceMillion extends Size {
  /** Of the process that prices the calls by the first new list. */
  kills: number;
  /** How many times of what it held after a tenth of the calls the process may hold in the end. */
  memoryGrowth: number;
}

const DAY_MS = 86_400_000;
/** Four months, of which none is whole. */
const DAYS = 75;
const FIRST: TokenPrices = { input: 2_500_000n, cacheRead: 250_000n, output: 10_000_000n };
const SECOND: TokenPrices = { input: 1_234_567n, cacheRead: 123_457n, output: 7_654_321n };
const CONTRACTED: TokenPrices = { input: 999_999n, cacheRead: 1n, output: 3_141_593n };
const SINCE = new Date('2000-01-01T00:00:00Z');
const STORED_AT_ONCE = 5_000;
const READ_AT_ONCE = 20_000;
const LONGEST_MOMENT_MS = 150;

export async function repriceMillion(soak: SoakStack, size: RepriceMillion): Promise<Outcome> {
  const { seed, events, report } = size;
  const until = new Date(Math.floor(Date.now() / 1_000) * 1_000);
  const from = new Date(until.getTime() - DAYS * DAY_MS);
  const calls: DatedCalls = { seed, count: events, from, until };
  const at = (share: number) => new Date(from.getTime() + share * DAYS * DAY_MS);
  const stages = {
    first: { from, prices: FIRST },
    // The second change begins before the first one, and takes its place.
    second: { from: at(0.5), prices: SECOND },
    contracted: { from: at(0.2), prices: CONTRACTED },
  };
  await emptyTables(soak);
  return soak.database.withOwner(async (owner) => {
    await addPrices(owner, 'list', { from: SINCE, prices: FIRST });
    await store(owner, calls, report);
    const problems = await compare(owner, calls, stages.first);

    await addPrices(owner, 'list', stages.second);
    report('pricing again, and killed');
    const killed = await priceAgain(soak, calls, [stages.first, stages.second], {
      kills: momentsToKill(size),
    });
    problems.push(...killed.problems, ...(await compare(owner, calls, stages.second)));

    await addPrices(owner, 'contracted', stages.contracted);
    report('pricing again without a break');
    const whole = await priceAgain(soak, calls, [stages.second, stages.contracted], { kills: [] });
    problems.push(...whole.problems, ...(await compare(owner, calls, stages.contracted)));
    if (whole.peakMib > whole.peakMibAtTenth * size.memoryGrowth) {
      problems.push(`memory grew from ${whole.peakMibAtTenth} to ${whole.peakMib} MiB`);
    }

    report('once more');
    const again = await repriceInProcess(soak.database.ownerUrl, calls, () => {});
    if (again.changed !== 0) problems.push(`once more changed ${again.changed} calls`);
    await emptyTables(soak);
    return {
      facts: {
        calls: events,
        killed: killed.killed,
        snapshots: killed.snapshots + whole.snapshots,
        snapshots_of_some_changed: killed.partial + whole.partial,
        peak_mib_at_a_tenth: whole.peakMibAtTenth,
        peak_mib: whole.peakMib,
        seconds_without_a_break: whole.seconds,
      },
      problems,
    };
  });
}

/** In order: each of another process, on what the ones before have left. */
function momentsToKill({ seed, events, kills }: RepriceMillion): Kill[] {
  const random = seededRandom(seed);
  return Array.from({ length: kills }, () => ({
    examined: random.between(1, Math.ceil((events * 0.8) / kills)),
    afterMs: random.between(0, LONGEST_MOMENT_MS),
  }));
}

async function addPrices(
  owner: ClientBase,
  kind: PriceKind,
  { from, prices }: ListStage,
): Promise<void> {
  const units = [
    ['input', prices.input],
    ['cache_read', prices.cacheRead],
    ['output', prices.output],
  ] as const;
  await addPriceList(owner, {
    names: [],
    prices: units.map(([unit, picoPerToken]) => ({
      ...{ id: 0, kind, ...DATED_MODEL, unit, serviceTier: 'standard', region: '' },
      ...{ aboveInputTokens: 0, fromMinute: 0, untilMinute: 1_440, revision: 1, source: 'soak' },
      ...{ validFrom: from.toISOString(), priceUsd: usdPerMillion(picoPerToken) },
    })),
  });
}

/** As ingest does, without the queue. */
async function store(owner: ClientBase, calls: DatedCalls, report: Size['report']): Promise<void> {
  const { book } = await readPriceBook(owner);
  const context = { now: calls.until, oldest: await oldestPartitionStart(owner), prices: book };
  for (let start = 0; start < calls.count; start += STORED_AT_ONCE) {
    report(`${start.toLocaleString('en')} of ${calls.count.toLocaleString('en')} calls stored`);
    const length = Math.min(STORED_AT_ONCE, calls.count - start);
    const events = Array.from({ length }, (_, at) => datedEvent(datedCall(calls, start + at)));
    const message = { messageId: `soak-${start}`, body: JSON.stringify(events) };
    const { stored, failure } = await storeBatch(owner, planBatch([message], context), new Map());
    if (stored !== length) throw new Error('calls could not be stored', { cause: failure });
  }
}

interface PricedAgain {
  killed: number;
  snapshots: number;
  /** Of them, those that showed some calls changed and others not. */
  partial: number;
  peakMib: number;
  peakMibAtTenth: number;
  seconds: number;
  problems: string[];
}

async function priceAgain(
  soak: SoakStack,
  calls: DatedCalls,
  [before, after]: [ListStage, ListStage],
  { kills }: { kills: Kill[] },
): Promise<PricedAgain> {
  const { ownerUrl } = soak.database;
  const reader = await connect({ connectionString: ownerUrl, applicationName: 'tricost soak' });
  const { rows } = await reader.query<{ id: number }>(
    'select coalesce(max(id), 0)::int as id from tricost.repricing_runs',
  );
  const expectation = { first: FIRST, before, after, lastRunId: rows[0]?.id ?? 0 };
  const result: PricedAgain = {
    ...{ killed: 0, snapshots: 0, partial: 0, peakMib: 0, peakMibAtTenth: 0, seconds: 0 },
    problems: [],
  };
  const startedAt = performance.now();
  let isDone = false;
  const changes = new Set<number>();
  const look = async (): Promise<void> => {
    const snapshot = await readSnapshot(reader, expectation);
    result.snapshots += 1;
    changes.add(snapshot.changed);
    const lost = snapshot.calls === calls.count ? [] : [`${snapshot.calls} calls are there`];
    // Each once: a mistake is seen by every snapshot after it.
    for (const problem of [...snapshot.problems, ...lost]) {
      if (result.problems.length < 5 && !result.problems.includes(problem)) {
        result.problems.push(problem);
      }
    }
  };
  const reading = (async () => {
    while (!isDone) {
      await look();
      // As ingest asks for it: some of the report is sums and some of it calls.
      await foldSpend(reader, { quarters: FOLD_QUARTERS, wait: true });
    }
    await look();
  })();
  try {
    const note = ({ examined, peakMib }: RepriceProgress): void => {
      if (result.peakMibAtTenth === 0 && examined * 10 >= calls.count) {
        result.peakMibAtTenth = peakMib;
      }
      result.peakMib = Math.max(result.peakMib, peakMib);
    };
    for (const kill of kills) {
      const end = await repriceInProcess(ownerUrl, calls, note, kill);
      if (end.changed === undefined) result.killed += 1;
    }
    await repriceInProcess(ownerUrl, calls, note);
  } finally {
    isDone = true;
    await reading;
    await reader.end();
  }
  changes.delete(0);
  result.partial = Math.max(0, changes.size - 1);
  result.seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return result;
}

/** Every call's cost with the one computed here, in the order in which they were made. */
async function compare(owner: ClientBase, calls: DatedCalls, stage: ListStage): Promise<string[]> {
  let index = 0;
  let wrong = 0;
  let last = { ts: SINCE, id: '00000000-0000-0000-0000-000000000000' };
  for (let isEnd = false; !isEnd; ) {
    const { rows } = await owner.query<{ ts: Date; id: string; usd: string | null }>(
      `select ts, event_id as id, cost_usd as usd from reporting.llm_calls
       where ts >= $1 and (ts, event_id) > ($1, $2) order by ts, event_id limit ${READ_AT_ONCE}`,
      [last.ts, last.id],
    );
    for (const { id, usd } of rows) {
      const call = datedCall(calls, index);
      if (call.eventId !== id || datedCost(call, FIRST, stage) !== usd) wrong += 1;
      index += 1;
    }
    last = rows.at(-1) ?? last;
    isEnd = rows.length < READ_AT_ONCE;
  }
  return wrong === 0 && index === calls.count
    ? []
    : [
        `${wrong} of ${index} calls do not cost what they should by the list from ${stage.from.toISOString()} on`,
      ];
}
