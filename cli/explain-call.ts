/** `tricost explain-call`: why a stored call costs what it costs, price by price. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from 'pg';
import { listPartitions } from '../adapters/postgres/create-partitions.ts';
import { type FoundCall, findCalls, type Stretch } from '../adapters/postgres/explain-call.ts';
import { pricesOfIds, readPriceList } from '../adapters/postgres/price-list.ts';
import { explain } from '../domain/explain-call/explain.ts';
import { PriceBook } from '../domain/pricing/price-book.ts';
import { isUuid, uuidV7Time } from '../domain/uuid.ts';
import { explanationAsJson, printExplanation } from './explain-call-report.ts';
import { parseDay } from './instant.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';

interface ExplainCallOptions extends OwnerDatabaseOptions {
  day?: Date;
  json?: boolean;
}

const DAY_MS = 86_400_000;
/** A call begins before its id is made, an hour at the most by far; clocks of two machines differ by less. */
const BEFORE_ID_MS = DAY_MS;
const AFTER_ID_MS = DAY_MS / 24;

export function define(command: Command): void {
  ownerOptions(
    command
      .argument('<event_id>', "the call's id, as in reporting.llm_calls", parseEventId)
      .option('--day <date>', 'look at calls of this UTC day only', parseDay)
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Calls are stored by time. The time in a UUIDv7 says where to look; for another id, or one that is not found there, every month
is looked through, the newest first, unless --day says which day. All calls of that id in what was looked at are shown.

Examples:
  $ npx tricost explain-call 019ab1f0-5c00-7000-8000-000000000001
  $ npx tricost explain-call 6f1c2e52-8a52-4c35-9d3e-0d6f6e1f7a11 --day 2026-11-23
  $ npx tricost explain-call 019ab1f0-5c00-7000-8000-000000000001 --aws --json | jq .calls[].lines`,
    )
    .action((eventId: string, options: ExplainCallOptions) =>
      withOwner(options, 'tricost explain-call', (client) => run(client, eventId, options)),
    );
}

function parseEventId(text: string): string {
  if (!isUuid(text)) {
    throw new InvalidArgumentError('an event_id is a UUID, 019ab1f0-5c00-7000-8000-000000000001');
  }
  return text.toLowerCase();
}

async function run(client: Client, eventId: string, options: ExplainCallOptions): Promise<void> {
  const { calls, searched } = await search(client, eventId, options.day);
  if (calls.length === 0) {
    throw new Error(
      `there is no call ${eventId} ${searched}; it may have been refused (reporting.rejected_calls says why), be a dead letter (\`tricost dlq peek\`), be under way, or be older than what is kept`,
    );
  }
  const list = await readPriceList(client);
  const book = new PriceBook(list);
  const used = await pricesOfIds(
    client,
    calls.flatMap(({ price_ids }) => price_ids ?? []),
  );
  const explained = calls.map((call) => {
    const rows = used.filter(({ id }) => call.price_ids?.includes(id) === true);
    return { call, explanation: explain(call, rows, book) };
  });
  if (options.json === true) {
    const all = explained.map(({ call, explanation }) =>
      explanationAsJson(call, explanation, list.prices),
    );
    console.log(JSON.stringify({ calls: all, searched }));
    return;
  }
  for (const [index, { call, explanation }] of explained.entries()) {
    if (index > 0) console.log('');
    printExplanation(call, explanation, list.prices);
  }
  if (explained.length > 1) {
    console.log(
      `\n${explained.length} calls have this event_id and differ in ts: the publisher used it again. Each is counted.`,
    );
  }
}

/** Where a call of that id can be, the likely place first. Says on standard error when it takes long. */
async function search(
  client: Client,
  eventId: string,
  day: Date | undefined,
): Promise<{ calls: FoundCall[]; searched: string }> {
  if (day !== undefined) {
    const stretch = { from: day, until: new Date(day.getTime() + DAY_MS) };
    return { calls: await findCalls(client, eventId, stretch), searched: told(stretch) };
  }
  const madeAt = uuidV7Time(eventId);
  if (madeAt !== undefined) {
    const stretch = {
      from: new Date(madeAt.getTime() - BEFORE_ID_MS),
      until: new Date(madeAt.getTime() + AFTER_ID_MS),
    };
    const calls = await findCalls(client, eventId, stretch);
    if (calls.length > 0) {
      process.stderr.write(`looked at calls that began ${told(stretch)}, by the time in the id\n`);
      return { calls, searched: told(stretch) };
    }
  }
  return { calls: await searchEveryMonth(client, eventId), searched: 'in any month' };
}

async function searchEveryMonth(client: Client, eventId: string): Promise<FoundCall[]> {
  process.stderr.write(
    'the id does not tell when, or tells it wrong: looking through every month, newest first; --day <date> is faster\n',
  );
  const calls: FoundCall[] = [];
  for (const { name, startsAt, endsAt } of (await listPartitions(client)).reverse()) {
    const found = await findCalls(client, eventId, { from: startsAt, until: endsAt });
    calls.push(...found);
    process.stderr.write(`${name}: ${found.length === 0 ? 'not there' : 'found'}\n`);
  }
  return calls;
}

function told({ from, until }: Stretch): string {
  return `from ${from.toISOString()} to ${until.toISOString()}`;
}
