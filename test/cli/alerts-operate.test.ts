/** What operators see of alerts and say of them, on a real database. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { readOpenAlerts } from '../../adapters/postgres/spend-alert.ts';
import { readOpenCoverage } from '../../adapters/postgres/tag-coverage.ts';
import { parsePicoUsd } from '../../domain/money.ts';
import { type StoredCall, storeCalls } from '../sql/stored-calls.ts';
import { createOwnedDatabase, type OwnedDatabase } from '../support/owned-database.ts';
import { runCommand } from './run-command.ts';

const NOW = new Date('2026-11-24T09:00:00Z');
/** The 24th in Rome, and the 25th in Kathmandu. */
const LATE = new Date('2026-11-24T20:00:00Z');

let owned: OwnedDatabase;
let owner: pg.Client;
let config: string;

beforeAll(async () => {
  owned = await createOwnedDatabase(NOW, { monthsBack: 3, monthsAhead: 1 });
  ({ owner } = owned);
  await setReportingZone(owner, 'Europe/Rome');
  const directory = await mkdtemp(join(tmpdir(), 'tricost-alerts-'));
  config = join(directory, 'tricost.config.json');
  const settings = { alarmEmail: 'none', boardUrl: 'https://board.example/dashboard/2?tab=1' };
  await writeFile(config, JSON.stringify(settings));
  return async () => {
    await rm(directory, { recursive: true });
    await owned.drop();
  };
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  await owner.query(
    'truncate tricost.llm_calls, tricost.alerts, tricost.tag_coverage_alerts, tricost.outbox, tricost.alert_settings restart identity',
  );
});

afterEach(() => void vi.useRealTimers());

const alerts = (...args: string[]) =>
  runCommand([
    ...['alerts', ...args, '--database-url', owned.database.url],
    ...['--config', config],
  ]);

async function answer(...args: string[]) {
  const { code, stdout, stderr } = await alerts(...args, '--json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** As the job writes it. */
async function happened(
  date: string,
  feature: string,
  transition: string,
  { rule = 'growth', weeklyUsd = '10', details = {} } = {},
): Promise<void> {
  const isTold = transition !== 'resolved';
  await owner.query(
    `insert into tricost.alerts (local_date, feature, transition, rule, previous_usd, current_usd, weekly_excess_usd, details, created_at)
     values ($1, $2, $3, $4, $5, 20, $6, $7, ($1::date + interval '7 hours')::timestamp at time zone 'UTC')`,
    [date, feature, transition, isTold ? rule : null, 10, isTold ? weeklyUsd : null, details],
  );
}

const AWAKE = { snoozed_until: null, snoozed_rule: null, snoozed_name: null };

describe('list', () => {
  test('has the open ones with what was said of them, and history on demand', async () => {
    await happened('2026-10-01', 'support.reply', 'opened');
    await happened('2026-10-09', 'support.reply', 'resolved');
    await happened('2026-11-20', 'support.reply', 'opened', { rule: 'spike' });
    await happened('2026-11-21', 'search', 'opened', { weeklyUsd: '400' });
    await happened('2026-11-23', 'support.reply', 'escalated', { weeklyUsd: '31.5' });
    await alerts('ack', 'support.reply', '--note', 'v7 goes back');
    expect((await answer('list')).open).toEqual([
      {
        ...{ id: 4, feature: 'search', state: 'opened', since: '2026-11-21' },
        ...{ opened_on: '2026-11-21', rule: 'growth', told_usd: '400' },
        ...{ ...AWAKE, note: null },
      },
      {
        ...{ id: 5, feature: 'support.reply', state: 'acknowledged', since: '2026-11-24' },
        ...{ opened_on: '2026-11-20', rule: 'growth', told_usd: '31.5' },
        ...{ ...AWAKE, note: 'v7 goes back' },
      },
    ]);
    const ids = async (...args: string[]) =>
      (await answer('list', ...args)).history.map(({ id }: { id: number }) => id);
    expect(await ids('--all')).toEqual([6, 5, 4, 3]);
    expect(await ids('--all', '--days', '90')).toEqual([6, 5, 4, 3, 2, 1]);
    expect(await ids('--all', '--feature', 'search')).toEqual([4]);
    expect(await ids('--state', 'resolved', '--days', '90')).toEqual([2]);
    expect((await answer('list', '--state', 'escalated')).history[0]).toMatchObject({
      ...{ id: 5, local_date: '2026-11-23', transition: 'escalated', rule: 'growth' },
      ...{ weekly_excess_usd: '31.5', note: null },
    });
    expect((await alerts('list', '--days', '0')).stderr).toContain('days, 1 or more');
    const { stdout } = await alerts('list');
    expect(stdout).toMatch(
      /\n5 {3}support\.reply {2}acknowledged {2}2026-11-20 {2}growth +\+\$31\.50 a week {2}v7 goes back\n/,
    );
    expect((await alerts('list', '--all')).stdout).toMatch(/5 {3}2026-11-23 {2}support.reply/);
  });

  test('says when there is none, and no name moves the cursor', async () => {
    expect((await alerts('list')).stdout).toBe('no alert is open\n');
    expect(await answer('list')).toEqual({ open: [], tags: [] });
    await happened('2026-11-20', '\u001b[2Jclear', 'opened');
    expect((await alerts('list')).stdout).toContain('\\u001b[2Jclear');
    expect((await alerts('list', '--all')).stdout).toContain('\\u001b[2Jclear');
  });
});

describe('a feature that nothing is known of', () => {
  const UNKNOWN = 'nosuch has no calls and no alert so far';

  test('is told of where alerts are listed', async () => {
    await happened('2026-11-20', 'search', 'opened');
    const open = await alerts('list', '--feature', 'nosuch');
    expect([open.code, open.stdout]).toEqual([0, 'no alert of nosuch is open\n']);
    expect(open.stderr).toContain(UNKNOWN);
    const history = await alerts('list', '--all', '--feature', 'nosuch');
    expect(history.stdout).toBe('nothing happened to alerts of nosuch\n');
    expect(history.stderr).toContain(UNKNOWN);
    expect((await alerts('list', '--feature', 'search')).stderr).not.toContain('so far');
  });

  test('may have thresholds: it may be yet to come', async () => {
    await storeCalls(owner, [{ ts: '2026-11-23T12:00:00Z', feature: 'quiet', usd: '1' }]);
    const early = await alerts('settings', 'set', 'nosuch', '--growth', '1');
    expect([early.code, early.stderr]).toEqual([0, expect.stringContaining(UNKNOWN)]);
    expect((await answer('settings', 'list')).features).toHaveLength(1);
    const known = await alerts('settings', 'set', 'quiet', '--growth', '1');
    expect([known.code, known.stderr]).toEqual([0, expect.not.stringContaining('so far')]);
  });
});

describe('alerts of lost tags', () => {
  const fell = (environment: string | null, date: string, transition: string, share = 0.71) =>
    owner.query(
      `with message as (insert into tricost.outbox (dedupe_key, payload) values (concat($1::text, $2::text, $3::text), '{}') returning id)
       insert into tricost.tag_coverage_alerts (local_date, outbox_id, environment, transition, tag, calls, share, usual_share, created_at)
       select $2::date, id, $1, $3, 'user', 1204, $4, 0.992, $2::date + interval '7 hours' from message`,
      [environment, date, transition, share],
    );

  test('are listed beside those of features, and said something of', async () => {
    await happened('2026-11-20', 'f', 'opened');
    await fell('staging', '2026-11-01', 'opened');
    await fell('staging', '2026-11-03', 'resolved', 0.99);
    await fell('production', '2026-11-21', 'opened');
    const snoozed = await answer('snooze', 'tags-3', '--for', '3d', '--note', 'a new app');
    expect(snoozed).toEqual({
      ...{ id: 'tags-4', environment: 'production', transition: 'snoozed' },
      ...{ snoozed_until: '2026-11-27', note: 'a new app' },
    });
    expect((await answer('list')).tags).toEqual([
      {
        ...{ id: 'tags-3', environment: 'production', state: 'snoozed', since: '2026-11-24' },
        ...{ opened_on: '2026-11-21', tag: 'user', share: 0.71, usual_share: 0.992 },
        ...{ snoozed_until: '2026-11-27', note: 'a new app' },
      },
    ]);
    const { stdout } = await alerts('list');
    expect(stdout).toMatch(
      /tags-3 +tags of production +snoozed +2026-11-21 +tags +71\.0 %, usually 99\.2 % +until 2026-11-27; a new app\n/,
    );
    expect((await alerts('list', '--all')).stdout).toMatch(
      /tags-3 +2026-11-21 +tags of production +opened +tags +71\.0 %\n1 +2026-11-20 +f +opened/,
    );
    expect((await answer('list', '--feature', 'f')).tags).toEqual([]);
    expect((await alerts('ack', 'tags-4')).stdout).toBe('tags of production are acknowledged\n');
    expect((await readOpenCoverage(owner)).get('production')).toEqual({
      ...{ state: 'acknowledged', snoozedUntil: undefined, toldFall: expect.closeTo(0.282) },
    });
  });

  test('that are over are said nothing of, and no growth explains them', async () => {
    await fell(null, '2026-11-01', 'opened');
    await fell(null, '2026-11-03', 'resolved', 0.99);
    await fell('production', '2026-11-21', 'opened');
    expect((await alerts('ack', 'tags-1')).stderr).toContain(
      'tags without an environment: no alert is open; open: tags-3, tags of production',
    );
    expect((await alerts('explain', 'tags-3')).stderr).toContain('about lost tags');
  });

  test('a feature may be called like one', async () => {
    await happened('2026-11-20', 'tags-9', 'opened');
    expect((await alerts('ack', 'tags-9')).stdout).toBe('tags-9 is acknowledged\n');
  });
});

describe('ack and snooze', () => {
  test('are rows that the job honours, and change no dollars', async () => {
    await happened('2026-11-20', 'f', 'opened', { weeklyUsd: '12.25' });
    expect(await answer('snooze', 'f', '--for', '2w', '--note', 'a test')).toEqual({
      ...{ id: 2, feature: 'f', transition: 'snoozed', snoozed_until: '2026-12-08' },
      note: 'a test',
    });
    const open = async () => (await readOpenAlerts(owner)).get('f');
    const told = {
      ...{ openedOn: '2026-11-20', toldUsd: parsePicoUsd('12.25') },
    };
    const snoozed = { rule: 'growth', name: null };
    const until = '2026-12-08';
    expect(await open()).toEqual({ ...told, state: 'snoozed', snoozedUntil: until, snoozed });
    expect((await alerts('snooze', '1', '--until', '2026-11-25')).stdout).toBe(
      'f is snoozed until 2026-11-25\n',
    );
    expect((await open())?.snoozedUntil).toBe('2026-11-25');
    expect((await alerts('ack', '3')).stdout).toBe('f is acknowledged\n');
    expect(await open()).toEqual({
      ...{ ...told, state: 'acknowledged', snoozedUntil: undefined, snoozed: undefined },
    });
  });

  test('of a user is shown when something else has got worse since', async () => {
    const u1 = { user: { user_id: 'u_1' } };
    await happened('2026-11-20', 'f', 'opened', { rule: 'user', details: u1 });
    await alerts('snooze', 'f', '--for', '1w');
    await happened('2026-11-24', 'f', 'escalated', { rule: 'growth' });
    expect((await alerts('list')).stdout).toMatch(
      / escalated .* user u_1 snoozed until 2026-12-01\n/,
    );
    expect((await answer('list')).open).toMatchObject([
      {
        ...{ state: 'escalated', rule: 'growth', snoozed_until: '2026-12-01' },
        ...{ snoozed_rule: 'user', snoozed_name: 'u_1' },
      },
    ]);
    expect((await alerts('explain', 'f')).stdout).toContain('; user u_1 snoozed until 2026-12-01');
  });

  test('are of the day that it is in the reporting zone', async () => {
    vi.setSystemTime(LATE);
    await setReportingZone(owner, 'Asia/Kathmandu');
    await happened('2026-11-20', 'f', 'opened');
    expect((await answer('snooze', 'f', '--for', '1d')).snoozed_until).toBe('2026-11-26');
    expect((await alerts('snooze', 'f', '--until', '2026-11-25')).code).toBe(1);
    await setReportingZone(owner, 'Europe/Rome');
  });

  test('refuse what is not open, and say what is', async () => {
    await happened('2026-11-20', 'ended', 'opened');
    await happened('2026-11-22', 'ended', 'resolved');
    expect((await alerts('ack', 'ended')).stderr).toContain('ended has no open alert; none is');
    await happened('2026-11-20', '\u001b[2Jf', 'opened');
    for (const command of [
      ['ack', 'g'],
      ['ack', '1'],
      ['snooze', 'g', '--for', '1d'],
    ]) {
      const { code, stderr } = await alerts(...command);
      expect([code, stderr]).toEqual([1, expect.stringContaining('open: \\u001b[2Jf')]);
    }
    const { rows } = await owner.query('select count(*)::int as rows from tricost.alerts');
    expect(rows[0].rows).toBe(3);
  });

  test('refuse what says no time, or one that is not to come', async () => {
    await happened('2026-11-20', 'f', 'opened');
    for (const wrong of [
      [],
      ['--for', '1w', '--until', '2026-12-01'],
      ['--until', '2026-11-24'],
      ['--until', '2028-01-01'],
      ['--for', '0d'],
      ['--for', '3'],
      ['--until', 'soon'],
    ]) {
      expect((await alerts('snooze', 'f', ...wrong)).code).toBe(1);
    }
    expect((await alerts('ack', 'f', '--note', ' ')).stderr).toContain('1 to 500 characters');
    expect((await answer('list')).open[0].state).toBe('opened');
  });

  test('a feature may have a number for a name', async () => {
    await happened('2026-11-20', '404', 'opened');
    expect((await alerts('ack', '404')).stdout).toBe('404 is acknowledged\n');
  });

  test('wait for a morning that ends the alert, and find it ended', async () => {
    await happened('2026-11-20', 'f', 'opened');
    const job = new pg.Client({ connectionString: owned.database.url });
    await job.connect();
    await job.query('begin');
    await job.query(
      "insert into tricost.alerts (local_date, feature, transition, details) values ('2026-11-24', 'f', 'resolved', '{}')",
    );
    const acknowledged = alerts('ack', 'f');
    await vi.waitFor(
      async () => {
        const { rows } = await owner.query(
          "select 1 from pg_locks where relation = 'tricost.alerts'::regclass and not granted",
        );
        expect(rows).toHaveLength(1);
      },
      { timeout: 20_000 },
    );
    await job.query('commit');
    await job.end();
    expect((await acknowledged).stderr).toContain('f has no open alert');
    expect((await readOpenAlerts(owner)).size).toBe(0);
  });
});

describe('settings', () => {
  test('are set one by one, listed beside those of all, and removed', async () => {
    expect(await answer('settings', 'set', 'report.draft', '--growth', '1.50')).toEqual({
      ...{ feature: 'report.draft', growth_ratio: '1.5', spike_ratio: null },
      minimum_spend_usd: null,
    });
    await alerts('settings', 'set', 'report.draft', '--minimum', '50', '--spike', '0');
    expect(await answer('settings', 'list')).toEqual({
      all: { growth_ratio: '0.3', spike_ratio: '0.6', minimum_spend_usd: '5' },
      features: [
        {
          ...{ feature: 'report.draft', growth_ratio: '1.5', spike_ratio: '0' },
          minimum_spend_usd: '50',
        },
      ],
    });
    expect((await alerts('settings', 'list')).stdout).toMatch(/report\.draft +1\.5 +0 +\$50\n/);
    expect((await alerts('settings', 'remove', 'report.draft')).code).toBe(0);
    const again = await alerts('settings', 'remove', 'report.draft');
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('none of its own')]);
  });

  test('are decimal numbers of 0 or more', async () => {
    for (const wrong of [['--growth', '-1'], ['--spike', '50%'], ['--minimum', '$5'], []]) {
      expect((await alerts('settings', 'set', 'f', ...wrong)).code).toBe(1);
    }
    expect((await answer('settings', 'list')).features).toEqual([]);
  });
});

describe('explain', () => {
  /** $10 a week until the 16th; then version 2 of the prompt costs $30, and two users share it 2 : 1. */
  const CALLS: StoredCall[] = [
    ...['2026-09-20', '2026-10-20', '2026-10-27', '2026-11-03', '2026-11-10'].map((date) => ({
      ...{ ts: `${date}T12:00:00Z`, usd: '10', user_id: 'u_1', prompt_id: 'v1' },
      ...{ prompt_name: 'reply', prompt_version: 1 },
    })),
    ...[
      ['u_1', '10'],
      ['u_2', '20'],
    ].map(([user_id = '', usd = '']) => ({
      ...{ ts: '2026-11-17T12:00:00Z', usd, user_id, prompt_id: 'v2' },
      ...{ prompt_name: 'reply', prompt_version: 2, model: 'claude-opus-5' },
    })),
  ];

  const compared = { span: 'week', weeks_back: 1 };

  test('terms sum to the growth; users and models are behind it; thresholds are found by the rules', async () => {
    await storeCalls(owner, CALLS);
    await happened('2026-11-23', 'f', 'opened', {
      ...{ weeklyUsd: '20' },
      details: { compared, why: { delta_usd: '20.000000000000' } },
    });
    await alerts('snooze', 'f', '--until', '2026-12-01', '--note', 'known');
    const explained = await answer('explain', 'f');
    const sum = explained.why.terms.reduce(
      (usd: bigint, term: { usd: string }) => usd + parsePicoUsd(term.usd),
      0n,
    );
    expect([sum, explained.why.delta_usd]).toEqual([parsePicoUsd('20'), '20.000000000000']);
    expect(explained).toMatchObject({
      ...{ feature: 'f', state: 'snoozed', snoozed_until: '2026-12-01', note: 'known' },
      ...{ date: '2026-11-23', zone: 'Europe/Rome' },
      told: { id: 1, transition: 'opened', rule: 'growth' },
      compared: {
        ...compared,
        previous: { start: '2026-11-08T23:00:00.000Z', end: '2026-11-15T23:00:00.000Z' },
        current: { start: '2026-11-15T23:00:00.000Z', end: '2026-11-22T23:00:00.000Z' },
      },
      users: [
        { user_id: 'u_2', previous_usd: '0.000000000000', delta_usd: '20.000000000000' },
        { user_id: 'u_1', delta_usd: '0.000000000000' },
      ],
      models: [
        { model: 'claude-opus-5', delta_usd: '30.000000000000' },
        { model: 'claude-sonnet-5', delta_usd: '-10.000000000000' },
      ],
      thresholds: { growth_ratio: '0.3', spike_ratio: '0.6', minimum_spend_usd: '5' },
      own_thresholds: { growth_ratio: null, spike_ratio: null, minimum_spend_usd: null },
      found: [{ rule: 'growth', current_usd: '30.000000000000' }],
      // +200 % is not above +200 %, and $30 is not above $30.
      quiet_with: [
        { threshold: 'growth', value: '2', rules: ['growth'] },
        { threshold: 'minimum', value: '30', rules: ['growth'] },
      ],
      worse_from_usd: '40.000000000000',
      board_url: 'https://board.example/dashboard/2?tab=1&feature=f',
    });
    expect(await answer('explain', '1')).toEqual(explained);
  });

  test('an id of an alert that is over is that one, whatever is open now', async () => {
    await storeCalls(owner, CALLS);
    await happened('2026-10-20', 'f', 'opened', { details: { compared } });
    await happened('2026-10-28', 'f', 'resolved');
    await happened('2026-11-23', 'f', 'opened', { details: { compared } });
    expect(await answer('explain', '1')).toMatchObject({ state: 'resolved', date: '2026-10-20' });
    expect((await alerts('explain', '2')).stdout).toContain('+$10.00 a week; it is over\n');
    expect(await answer('explain', '3')).toMatchObject({ state: 'opened', date: '2026-11-23' });
  });

  test('shows it to a person', async () => {
    await storeCalls(owner, CALLS);
    await happened('2026-11-23', 'f', 'opened', { weeklyUsd: '20', details: { compared } });
    await alerts('settings', 'set', 'f', '--minimum', '7');
    const { stdout } = await alerts('explain', 'f');
    for (const line of [
      'f: opened on 2026-11-23 by the rule growth, +$20.00 a week',
      '2026-11-16 to 2026-11-22 against 2026-11-09 to 2026-11-15, Europe/Rome',
      '+$20.00 of calls with a known cost',
      '  u_2   $0.00  →  $20.00  +$20.00',
      'judged by growth 0.3, spike 0.6, minimum $7 (its own)',
      'quiet with growth=2: growth',
      'told of again from +$40.00 a week on',
      'https://board.example/dashboard/2?tab=1&feature=f',
    ]) {
      expect(stdout.split('\n')).toContain(line);
    }
    expect(stdout).toMatch(/\n {2}\+\$[\d.]+ from prompt reply v2/);
  });

  test('rules that hold are many, and a call without a cost is one', async () => {
    const calls: StoredCall[] = Array.from({ length: 42 }, (_, day) => ({
      ...{ ts: new Date(Date.UTC(2026, 9, 13 + day, 12)), usd: day === 41 ? '60' : '2' },
    }));
    await storeCalls(owner, [...calls, { ts: '2026-11-23T13:00:00Z', usd: null }]);
    await happened('2026-11-24', 'f', 'opened', { details: { compared } });
    const { stdout } = await alerts('explain', 'f');
    expect(stdout).toMatch(/; today growth, \w+(?:, \w+)* hold\n/);
    expect(stdout).toContain('\n  1 call has no known cost and is in none of these\n');
  });

  test('is held against the thresholds of its morning, whatever they are now', async () => {
    await storeCalls(owner, CALLS);
    const thresholds = { growth_ratio: '1', spike_ratio: '0.6', minimum_spend_usd: '12' };
    await happened('2026-11-23', 'f', 'opened', { details: { compared, thresholds } });
    await alerts('settings', 'set', 'f', '--growth', '5');
    expect(await answer('explain', 'f')).toMatchObject({
      thresholds,
      thresholds_now: { growth_ratio: '5', spike_ratio: '0.6', minimum_spend_usd: '5' },
      own_thresholds: { growth_ratio: '5', spike_ratio: null, minimum_spend_usd: null },
      found: [{ rule: 'growth' }],
      today: { found: [] },
    });
    const { stdout } = await alerts('explain', 'f');
    expect(stdout).toContain(
      '\njudged by growth 1, spike 0.6, minimum $12\nnow growth 5 (its own), spike 0.6, minimum $5\non that morning: growth,',
    );
  });

  test('says so when the calls are no longer those that were told of', async () => {
    await storeCalls(owner, CALLS);
    const details = { compared, why: { delta_usd: '19.500000000000' } };
    await happened('2026-11-23', 'f', 'opened', { details });
    expect((await alerts('explain', 'f')).stdout).toContain('told then: +$19.50; calls came later');
  });

  test('a user: only its own calls, of the day against the day that was compared', async () => {
    const day = (ts: string, user_id: string, usd: string) => ({ ts, user_id, usd });
    await storeCalls(owner, [
      ...CALLS,
      ...[day('2026-11-08T12:00:00Z', 'u_9', '5'), day('2026-11-22T12:00:00Z', 'u_9', '65')],
      day('2026-11-22T12:00:00Z', 'u_1', '100'),
    ]);
    const details = { compared: { span: 'day', weeks_back: 2 }, user: { user_id: 'u_9' } };
    await happened('2026-11-23', 'f', 'opened', { rule: 'user', weeklyUsd: '420', details });
    expect(await answer('explain', 'f')).toMatchObject({
      why: { delta_usd: '60.000000000000' },
      users: [{ user_id: 'u_9', previous_usd: '5.000000000000', current_usd: '65.000000000000' }],
    });
    expect((await alerts('explain', 'f')).stdout).toContain('2026-11-22 against 2026-11-08');
  });

  test('a feature without an alert is explained as of today, and one that nobody knows is not', async () => {
    await storeCalls(owner, CALLS);
    expect(await answer('explain', 'f')).toMatchObject({
      ...{ state: null, told: null, date: '2026-11-24', worse_from_usd: null },
      today: { clear: false },
    });
    expect((await alerts('explain', 'f')).stdout).toContain('f: no alert, so far');
    expect((await alerts('explain', 'nobody')).stderr).toContain(
      'nobody has no alert, and no calls',
    );
  });
});
