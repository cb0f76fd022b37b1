/** What marking the hours of new calls costs the statement that inserts them: with the triggers, and without, in turn. */
import type { Client } from 'pg';
import { sideBySide } from '../side-by-side.ts';

const BATCHES = 40;
const BATCH_ROWS = 1_000;
const REPETITIONS = 9;

/** @returns rate with marks, as a share of the rate without */
export async function ingestWithMarksRatio(
  owner: Client,
  onProgress: (step: string) => void,
): Promise<number> {
  await owner.query(
    `create temp table sample as select * from tricost.llm_calls
     where ts >= '2026-11-22Z' order by ts limit ${BATCH_ROWS}`,
  );
  const lap = (name: 'with' | 'without') => ({
    name,
    count: BATCHES * BATCH_ROWS,
    async prepare() {
      await owner.query("delete from tricost.llm_calls where ts >= '2026-12-01Z'");
      await owner.query('vacuum tricost.llm_calls_p2026_12');
      const verb = name === 'with' ? 'enable' : 'disable';
      await owner.query(`alter table tricost.llm_calls ${verb} trigger mark_inserted`);
      await owner.query('checkpoint');
      return async () => {
        for (let batch = 0; batch < BATCHES; batch += 1) await insertBatch(owner, batch);
      };
    },
  });
  const rates = await sideBySide([lap('with'), lap('without')], REPETITIONS, onProgress);
  await owner.query('alter table tricost.llm_calls enable trigger mark_inserted');
  return (rates.get('with')?.perSecond ?? 0) / (rates.get('without')?.perSecond ?? 0);
}

/** As many seconds of traffic, in a month that has no calls yet. */
async function insertBatch(owner: Client, batch: number): Promise<void> {
  await owner.query(
    `insert into tricost.llm_calls
       (ts, event_id, cost_usd, input_tokens, output_tokens, latency_ms, cache_hit, prompt_version, user_id, feature,
        prompt_id, provider, model, environment, status, price_status)
     select timestamptz '2026-12-01Z' + $1::int * interval '1 minute' + row_number() over (order by ts) * interval '10 ms',
       gen_random_uuid(), cost_usd, input_tokens, output_tokens, latency_ms, cache_hit, prompt_version, user_id, feature,
       prompt_id, provider, model, environment, status, price_status
     from sample
     on conflict do nothing`,
    [batch],
  );
}
