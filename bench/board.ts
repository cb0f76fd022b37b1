/** `npm run bench -- board`: what the reports' questions cost on the rollups, next to the same questions on the calls. */
import type { Command } from 'commander';
import type { Client } from 'pg';
import { ensurePartitions } from '../adapters/postgres/create-partitions.ts';
import { ensureFeatureIndex } from '../adapters/postgres/migrate.ts';
import { FOLD_DAYS, foldSpend } from '../adapters/postgres/roll-up-spend.ts';
import { Teardown } from '../local/teardown.ts';
import { startBenchDatabase } from './bench-database.ts';
import { BOARD_NOW, fillCalls, HISTORY_MONTHS } from './board/calls.ts';
import { QUESTIONS } from './board/questions.ts';
import { describeMachine } from './machine.ts';
import { positiveInteger } from './positive-integer.ts';
import { median } from './side-by-side.ts';

interface Flags {
  rows: number;
  repeat: number;
  json?: boolean;
}

interface Card {
  name: string;
  raw_ms: number;
  card_ms: number;
  ratio: number;
  equal: boolean;
}

export function addBoardCommand(program: Command): void {
  program
    .command('board')
    .description('questions of the reports on the rollups, next to the same ones on the calls')
    .option('--rows <number>', 'calls over 13 months', positiveInteger, 30_000_000)
    .option('--repeat <number>', 'repetitions; figures are medians', positiveInteger, 5)
    .option('--json', 'end with one line of JSON')
    .addHelpText(
      'after',
      `
Thirty million calls take some 15 GB of disk and half an hour. With fewer, features and months stay and users and prompts are
fewer. Both answers of a question are compared.

Examples:
  $ npm run bench -- board --rows 3000000
  $ npm run bench -- board --json`,
    )
    .action(benchBoard);
}

async function benchBoard({ rows, repeat, json = false }: Flags): Promise<void> {
  const teardown = new Teardown();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void teardown.run().finally(() => process.exit(130)));
  }
  try {
    const { owner } = await startBenchDatabase(BOARD_NOW, teardown);
    console.log(`${await describeMachine(owner)}\n`);
    await ensurePartitions(owner, BOARD_NOW, { monthsBack: HISTORY_MONTHS, monthsAhead: 1 });
    await fillCalls(owner, rows, (month) => process.stderr.write(`calls of ${month}\n`));
    const foldSeconds = await foldEverything(owner);
    await ensureFeatureIndex(owner);
    await owner.query('vacuum analyze');
    const sizes = await readSizes(owner);
    const cards: Card[] = [];
    for (const question of QUESTIONS) cards.push(await ask(owner, question, repeat));
    const freshMs = await foldOneHour(owner);
    print(cards, { rows, foldSeconds, freshMs, ...sizes });
    if (json) {
      console.log(
        JSON.stringify({
          rows,
          cards,
          rollup_share_of_heap: sizes.share,
          fold_seconds: foldSeconds,
          fold_one_hour_ms: freshMs,
        }),
      );
    }
  } finally {
    await teardown.run();
  }
}

async function foldEverything(owner: Client): Promise<number> {
  const startedAt = performance.now();
  while ((await foldSpend(owner, { days: FOLD_DAYS, wait: true })) === FOLD_DAYS);
  return (performance.now() - startedAt) / 1_000;
}

/** As every minute of traffic: the newest hour is marked, with its day. */
async function foldOneHour(owner: Client): Promise<number> {
  const { rows } = await owner.query<{ quarter: Date }>(
    `select date_bin('15 minutes', max(ts), '2000-01-01Z') as quarter from tricost.llm_calls`,
  );
  await owner.query('insert into tricost.rollup_dirty values ($1)', [rows[0]?.quarter]);
  const startedAt = performance.now();
  await foldSpend(owner, { days: FOLD_DAYS, wait: true });
  return performance.now() - startedAt;
}

async function readSizes(owner: Client): Promise<{ heap: number; rollups: number; share: number }> {
  const { rows } = await owner.query<{ heap: number; rollups: number }>(
    `select (select sum(pg_relation_size(partition_oid)) from tricost.llm_calls_partitions)::float8 as heap,
       (pg_total_relation_size('tricost.feature_hours') + pg_total_relation_size('tricost.feature_days') + pg_total_relation_size('tricost.prompt_days'))::float8 as rollups`,
  );
  const { heap = 0, rollups = 0 } = rows[0] ?? {};
  return { heap, rollups, share: rollups / heap };
}

async function ask(
  owner: Client,
  { name, raw, card }: (typeof QUESTIONS)[number],
  repeat: number,
): Promise<Card> {
  const times: Record<'raw' | 'card', number[]> = { raw: [], card: [] };
  const answers: Partial<Record<'raw' | 'card', string>> = {};
  const lap = async (kind: 'raw' | 'card', sql: string) => {
    const startedAt = performance.now();
    const { rows } = await owner.query({ text: sql, rowMode: 'array' });
    times[kind].push(performance.now() - startedAt);
    answers[kind] = JSON.stringify(rows);
  };
  // Warm, and then in turn.
  for (let repetition = 0; repetition <= repeat; repetition += 1) {
    if (repetition === 1) Object.assign(times, { raw: [], card: [] });
    await lap('raw', raw);
    await lap('card', card);
  }
  const [rawMs, cardMs] = [median(times.raw), median(times.card)];
  return {
    name,
    raw_ms: Number(rawMs.toFixed(1)),
    card_ms: Number(cardMs.toFixed(1)),
    ratio: Number((rawMs / cardMs).toFixed(1)),
    equal: answers.raw === answers.card,
  };
}

function print(
  cards: readonly Card[],
  figures: { rows: number; foldSeconds: number; freshMs: number; heap: number; share: number },
): void {
  console.table(cards);
  console.log(
    [
      `${figures.rows.toLocaleString('en')} calls, ${Math.round(figures.heap / 1024 ** 2)} MiB of heap`,
      `all of it folded in ${figures.foldSeconds.toFixed(1)} s; the newest hour and its day in ${figures.freshMs.toFixed(0)} ms`,
      `rollups are ${(figures.share * 100).toFixed(1)} % of the heap`,
    ].join('\n'),
  );
}
