/** The commands that the greeting tells people to paste. */

import { expect, test } from 'vitest';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { greeting } from '../../local/greeting.ts';
import type { LocalTricost } from '../../local/start-tricost.ts';

test('the aws line brings its credentials, its region and an event that ingest takes', () => {
  const file = {
    databaseUrl: 'postgres://owner:secret@127.0.0.1:5433/tricost',
    queueUrl: 'http://127.0.0.1:4566/000000000000/calls',
    sqsEndpoint: 'http://127.0.0.1:4566',
    region: 'eu-test-1',
  };
  const line = greeting({ file } as LocalTricost)
    .split('\n')
    .find((text) => text.includes('sqs send-message'));
  expect(line).toMatch(
    /^ {2}AWS_ACCESS_KEY_ID=\S+ AWS_SECRET_ACCESS_KEY=\S+ AWS_DEFAULT_REGION=eu-test-1 aws /,
  );
  const body = /--message-body '(.*)'$/.exec(line ?? '')?.[1] ?? '';
  const now = new Date();
  const plan = planBatch([{ messageId: 'm', body }], {
    now,
    oldest: new Date(0),
    prices: builtInPriceBook(),
  });
  expect(plan.calls.map(({ row }) => row.price_status)).toEqual(['priced']);
});
