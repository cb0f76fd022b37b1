/** `npm run bench -- board`: what the reports' questions cost on the rollups, next to the same questions on the calls. */
import type { Command } from 'commander';
import type { Client } from 'pg';
import { ensurePartitions } from '../adapters/postgres/create-partitions.ts';
import { ensureFeatureIndex } from '../adapters/postgres/migrate.ts';
import { FOLD_DAYS, foldSpend } from '../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../adapters/postgres/user-windows.ts';
import { pinReportingDay } from '../local/postgres/pin-reporting-day.ts';
import { Teardown } from '../local/teardown.ts';
import { startBenchDatabase } from './bench-database.ts';
import { BOARD_NOW, fillCalls, HISTORY_MONTHS } from './board/calls.ts';
import { ingestWithMarksRatio } from './board/marks.ts';
import { QUESTIONS, type Question } from './board/questions.ts';
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
Thirty million calls take some 15 GB of disk and half an hour on an idle machine. With fewer, features and months stay and users and prompts are
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
    await pinReportingDay(owner, BOARD_NOW);
    const usersMs = await refreshUsers(owner);
    await owner.query('vacuum analyze tricost.user_windows');
    const sizes = await readSizes(owner);
    await markNewestHour(owner);
    const cards: Card[] = [];
    for (const question of QUESTIONS) {
      process.stderr.write(`${question.name}\n`);
      cards.push(await ask(owner, question, repeat));
    }
    const freshMs = await timeFold(owner);
    const marksRatio = await ingestWithMarksRatio(owner, (step) =>
      process.stderr.write(`${step}\n`),
    );
    print(cards, { rows, foldSeconds, freshMs, usersMs, marksRatio, ...sizes });
    if (json) {
      console.log(
        JSON.stringify({
          rows,
          cards,
          ingest_with_marks_ratio: marksRatio,
          rollup_share_of_heap: sizes.share,
          fold_seconds: foldSeconds,
          fold_one_hour_ms: freshMs,
          refresh_users_ms: usersMs,
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

/** As while calls come in: cards are asked with the newest hour marked. */
async function markNewestHour(owner: Client): Promise<void> {
  const { rows } = await owner.query<{ quarter: Date }>(
    `select date_bin('15 minutes', max(ts), '2000-01-01Z') as quarter from tricost.llm_calls`,
  );
  await owner.query('insert into tricost.rollup_dirty values ($1)', [rows[0]?.quarter]);
}

/** As every minute of traffic: the newest hour, with its day. */
async function timeFold(owner: Client): Promise<number> {
  const startedAt = performance.now();
  await foldSpend(owner, { days: FOLD_DAYS, wait: true });
  return performance.now() - startedAt;
}

async function refreshUsers(owner: Client): Promise<number> {
  const startedAt = performance.now();
  await refreshUserWindows(owner, { atMostEverySeconds: 0 });
  return performance.now() - startedAt;
}

const ROLLUPS = [
  'feature_hours',
  'feature_days',
  'prompt_days',
  'latency_days',
  'prompt_majorities',
  'user_windows',
];

interface Sizes {
  heap: number;
  share: number;
  /** MiB, indexes included. */
  tables: { table: string; rows: number; mib: number }[];
}

async function readSizes(owner: Client): Promise<Sizes> {
  const { rows } = await owner.query<{ heap: number }>(
    'select sum(pg_relation_size(partition_oid))::float8 as heap from tricost.llm_calls_partitions',
  );
  const heap = rows[0]?.heap ?? 0;
  const { rows: tables } = await owner.query<Sizes['tables'][number]>(
    `select relname::text as table, reltuples::float8 as rows, round(pg_total_relation_size(oid) / 1048576.0, 1)::float8 as mib
     from pg_class where relnamespace = 'tricost'::regnamespace and relname = any ($1) order by 3 desc`,
    [ROLLUPS],
  );
  return {
    heap,
    share: (tables.reduce((sum, { mib }) => sum + mib, 0) * 1024 ** 2) / heap,
    tables,
  };
}

async function ask(
  owner: Client,
  { name, raw, card, within }: Question,
  repeat: number,
): Promise<Card> {
  const times: Record<'raw' | 'card', number[]> = { raw: [], card: [] };
  const answers: Record<'raw' | 'card', unknown[][]> = { raw: [], card: [] };
  const lap = async (kind: 'raw' | 'card', sql: string) => {
    const startedAt = performance.now();
    const { rows } = await owner.query<unknown[]>({ text: sql, rowMode: 'array' });
    times[kind].push(performance.now() - startedAt);
    answers[kind] = rows;
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
    equal: isSame(answers.raw, answers.card, within),
  };
}

function isSame(raw: unknown[][], card: unknown[][], within = 0): boolean {
  if (within === 0) return JSON.stringify(raw) === JSON.stringify(card);
  return (
    raw.length === card.length &&
    raw.every((row, index) => {
      const [exact, other] = [Number(row.at(-1)), Number(card[index]?.at(-1))];
      return row[0] === card[index]?.[0] && Math.abs(other - exact) <= within * exact;
    })
  );
}

function print(
  cards: readonly Card[],
  figures: Sizes & {
    rows: number;
    foldSeconds: number;
    freshMs: number;
    usersMs: number;
    marksRatio: number;
  },
): void {
  console.table(cards);
  console.table(figures.tables);
  console.log(
    [
      `${figures.rows.toLocaleString('en')} calls, ${Math.round(figures.heap / 1024 ** 2)} MiB of heap`,
      `all of it folded in ${figures.foldSeconds.toFixed(1)} s; the newest hour and its day in ${figures.freshMs.toFixed(0)} ms`,
      `the costliest users in ${(figures.usersMs / 1_000).toFixed(1)} s`,
      `calls are inserted with marks at ${figures.marksRatio.toFixed(3)} of the rate without`,
      `rollups are ${(figures.share * 100).toFixed(1)} % of the heap`,
    ].join('\n'),
  );
}
