/** `tricost price`: the same number that ingest comes to, with where it comes from; never a zero for what has no price. */
import { describe, expect, test } from 'vitest';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { runCommand } from './run-command.ts';
import { runTricost } from './run-tricost.ts';

const OPENAI = ['--provider', 'openai', '--model', 'gpt-5'];
const USAGE = { prompt_tokens: 1_000, completion_tokens: 200 };

async function price(usage: object | string, ...args: string[]) {
  const text = typeof usage === 'string' ? usage : JSON.stringify(usage);
  const result = await runCommand(['price', '--usage', text, '--json', ...args]);
  const isPriced = result.code === 0 || result.code === 3;
  return { ...result, said: isPriced ? JSON.parse(result.stdout) : undefined };
}

describe('tricost price', () => {
  test('says what a usage object on standard input costs, line by line', async () => {
    const { code, stdout } = await runTricost(['price', ...OPENAI, '--usage', '-', '--json'], {
      stdin: JSON.stringify(USAGE),
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      cost_usd: '0.003250000000',
      price_status: 'priced',
      matched: { provider: 'openai', model: 'gpt-5', via: null },
      lines: [
        {
          ...{ unit: 'input', quantity: 1_000, price_usd: '1.25', per: 1_000_000 },
          ...{ cost_usd: '0.001250000000', valid_from: '1970-01-01T00:00:00Z' },
          source: '@pydantic/genai-prices 0.1.8',
        },
        { unit: 'output', quantity: 200, price_usd: '10', cost_usd: '0.002000000000' },
      ],
    });
  });

  test('is for people, too', async () => {
    const args = ['--provider', 'azure', '--model', 'gpt-5-2025-08-07', '--at', '2026-11-23'];
    const { code, stdout } = await runCommand(['price', '--usage', JSON.stringify(USAGE), ...args]);
    expect(code).toBe(0);
    expect(stdout).toContain('$0.003250000000');
    expect(stdout).toMatch(/output +200 +\$10 per million +\$0\.002000000000/);
    expect(stdout).toMatch(/prices of +azure gpt-5|prices of +openai gpt-5/);
    expect(stdout).toMatch(/as of +2026-11-23T00:00:00\.000Z/);
  });

  test('the price is that of --at, a date being its first moment in UTC', async () => {
    const o3 = ['--provider', 'openai', '--model', 'o3'];
    const at = async (time: string) => (await price(USAGE, ...o3, '--at', time)).said.cost_usd;
    expect(await at('2025-06-09')).toBe('0.018000000000');
    expect(await at('2025-06-10')).toBe('0.003600000000');
    expect(await at('2025-06-10T01:59:59+02:00')).toBe('0.018000000000');
  });

  test('the tier that the object says it was served in counts, not the one that was asked for', async () => {
    const sonnet = ['--provider', 'anthropic', '--model', 'claude-sonnet-4-5'];
    const usage = { input_tokens: 1_000, output_tokens: 200, cache_read_input_tokens: 0 };
    const asked = await price(usage, ...sonnet, '--tier', 'batch');
    expect(asked.said).toMatchObject({ cost_usd: '0.003000000000', service_tier: 'batch' });
    const served = await price(
      { ...usage, service_tier: 'standard' },
      ...sonnet,
      '--tier',
      'batch',
    );
    expect(served.said).toMatchObject({ cost_usd: '0.006000000000', service_tier: 'standard' });
    const batch = await price({ ...usage, service_tier: 'standard' }, ...sonnet, '--batch');
    expect(batch.said).toMatchObject({ cost_usd: '0.003000000000' });
  });

  test('a region has its own price where the list has one', async () => {
    const opus = ['--provider', 'anthropic', '--model', 'claude-opus-4-6'];
    const usage = { input_tokens: 1_000, output_tokens: 0, cache_read_input_tokens: 0 };
    expect((await price(usage, ...opus)).said.cost_usd).toBe('0.005000000000');
    const us = await price(usage, ...opus, '--region', 'us');
    expect(us.said).toMatchObject({ cost_usd: '0.005500000000', lines: [{ region: 'us' }] });
  });

  test('of a price that holds in every region', async () => {
    const gpt = ['--provider', 'openai', '--model', 'gpt-5.5'];
    expect((await price(USAGE, ...gpt)).said.lines[0]).toMatchObject({ region: '' });
    const eu = await price(
      { prompt_tokens: 1_000, completion_tokens: 0 },
      ...gpt,
      '--region',
      'eu',
    );
    expect(eu.said).toMatchObject({
      cost_usd: '0.005500000000',
      region: 'eu',
      lines: [
        {
          ...{ price_usd: '5.5', region: '*' },
          source: 'https://developers.openai.com/api/docs/guides/data-residency',
        },
      ],
    });
  });

  test.each<[reason: string, usage: object, args: string[], says: RegExp]>([
    ['model_unlisted', USAGE, ['--provider', 'openai', '--model', 'gpt-5-55'], /gpt-5/],
    ['model_unlisted', USAGE, ['--provider', 'opnai', '--model', 'gpt-5'], /at openai/],
    ['tier_unlisted', USAGE, [...OPENAI, '--tier', 'scale'], /tier scale/],
    [
      'region_unlisted',
      { input_tokens: 9, output_tokens: 9, inference_geo: 'moon' },
      ['--provider', 'anthropic', '--model', 'claude-opus-4-6'],
      /prices set --provider anthropic --model claude-opus-4-6 --region moon --tier standard/,
    ],
    [
      'unit_unlisted',
      { input_tokens: 9, output_tokens: 9, audio_input_tokens: 9 },
      OPENAI,
      /audio/,
    ],
    ['usage_incomplete', { prompt_tokens: 9 }, OPENAI, /include_usage/],
    [
      'usage_mismatch',
      { input_tokens: 9, output_tokens: 9, cache_read_tokens: 10 },
      OPENAI,
      /parts above their total/,
    ],
    ['usage_unread', { ...USAGE, video_tokens: 5 }, OPENAI, /video_tokens/],
  ])('%s: no cost, exit 3, and what to do', async (reason, usage, args, says) => {
    const { code, said } = await price(usage, ...args);
    expect(code).toBe(3);
    expect(said).toMatchObject({ cost_usd: null, price_status: 'unpriced', reason, lines: [] });
    expect(`${said.what} ${said.to_do}`).toMatch(says);
  });

  test.each<[string, string, string[], RegExp]>([
    ['what is not JSON', '{prompt_tokens:1}', OPENAI, /--usage is not JSON/],
    ['an array', '[1]', OPENAI, /must be a JSON object/],
    ['a whole response', '{"id":"r","usage":{}}', OPENAI, /not the response/],
    ['a negative count', '{"prompt_tokens":-1,"completion_tokens":1}', OPENAI, /whole number/],
    ['no date', JSON.stringify(USAGE), [...OPENAI, '--at', 'yesterday'], /a time is a date/],
    ['a day that is none', JSON.stringify(USAGE), [...OPENAI, '--at', '2026-02-30'], /a time is/],
    ['an empty model', JSON.stringify(USAGE), ['--provider', 'openai', '--model', ''], /is empty/],
  ])('refuses %s', async (_, usage, args, says) => {
    const { code, stderr } = await price(usage, ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
  });

  test('comes to the number that ingest stores', async () => {
    const usages = [
      {
        prompt_tokens: 1_000,
        completion_tokens: 200,
        prompt_tokens_details: { cached_tokens: 900 },
      },
      { input_tokens: 10, output_tokens: 20, input_tokens_details: { cached_tokens: 3 } },
      { prompt_tokens: 10, completion_tokens: 2, spare_tokens: 1 },
    ];
    for (const usage_raw of usages) {
      const event = {
        ...{ event_id: '019ab0f4-7d00-7cc3-8a5e-0242ac120002', ts: '2026-11-23T13:00:00Z' },
        ...{ user_id: 'u', feature: 'f', provider: 'openai', model: 'gpt-5', usage_raw },
      };
      const plan = planBatch([{ messageId: 'm', body: JSON.stringify(event) }], {
        now: new Date('2026-11-23T13:00:01Z'),
        oldest: new Date('2026-11-01T00:00:00Z'),
        prices: builtInPriceBook(),
      });
      const { said } = await price(usage_raw, ...OPENAI, '--at', event.ts);
      expect(plan.calls[0]?.row.cost_usd).toBe(said.cost_usd);
    }
  });
});
