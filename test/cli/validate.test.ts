import { describe, expect, test } from 'vitest';
import { runTricost } from './run-tricost.ts';

const CALL = {
  ts: new Date().toISOString(),
  event_id: '019ab0f4-7d00-7cc3-8a5e-0242ac120002',
  feature: 'support.reply',
  provider: 'openai',
  model: 'gpt-5',
  usage: { prompt_tokens: 1_000, completion_tokens: 100 },
};

describe('tricost validate', () => {
  test('says what a call would cost, and exits 0', async () => {
    const result = await runTricost(['validate', '-'], { stdin: JSON.stringify(CALL) });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toBe(
      'call     #0  support.reply  gpt-5  1000 in, 100 out  $0.002250000000\n1 would be stored, 0 refused\n',
    );
  });

  test('names what would be refused, and exits 1', async () => {
    const stdin = JSON.stringify({ v: 1, events: [CALL, { ...CALL, ts: 'yesterday' }] });
    const result = await runTricost(['validate', '-'], { stdin });
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('refused  #1  ts_invalid');
    expect(result.stdout).toContain('1 would be stored, 1 refused');
  });

  test('counts copies of one event once, as the table does', async () => {
    const { stdout } = await runTricost(['validate', '-'], {
      stdin: JSON.stringify([CALL, CALL, CALL]),
    });
    expect(stdout).toContain('1 would be stored, 0 refused, 2 copies left out\n');
  });

  test('shows control characters of names, and obeys none', async () => {
    const stdin = JSON.stringify({ ...CALL, feature: 'a\u001b[2J\u202Eb', model: 'm\u009b2J' });
    const { stdout } = await runTricost(['validate', '-'], { stdin });
    expect(stdout).toContain('a\\u001b[2J\\u202eb  m\\u009b2J');
    for (const raw of ['\u001b', '\u009b', '\u202e']) expect(stdout).not.toContain(raw);
  });

  test('prints one JSON object with --json', async () => {
    const { stdout } = await runTricost(['validate', '-', '--json'], {
      stdin: JSON.stringify([CALL, 7]),
    });
    expect(JSON.parse(stdout)).toMatchObject({
      calls: [
        { index: 0, event_id: CALL.event_id, cost_usd: '0.002250000000', price_status: 'priced' },
      ],
      rejected: [{ index: 1, reason: 'not_an_object' }],
    });
  });

  test('says which file it cannot read', async () => {
    const result = await runTricost(['validate', 'no-such-file.json']);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('no-such-file.json');
    expect(result.stderr).not.toContain('    at ');
  });
});

test('every command explains itself, with examples', async () => {
  for (const command of [
    [],
    ['validate'],
    ['tail'],
    ['schedules', 'run'],
    ['partitions', 'ensure'],
    ['dlq', 'requeue'],
    ['doctor'],
    ['alerts', 'test'],
  ]) {
    const { code, stdout } = await runTricost([...command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:');
    expect(stdout).toContain('$ npx tricost');
  }
});
