/** `tricost board` against a server with Metabase's rules, whose database is a real Postgres. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Metabase } from '../../adapters/metabase/metabase.ts';
import { cardOf } from '../../board/cards.ts';
import { BOARD_NAME, TABS } from '../../board/layout.ts';
import { applyBoard } from '../../board/provision/apply.ts';
import { entityId, MARK } from '../../board/provision/identity.ts';
import { observe } from '../../board/provision/observe.ts';
import { slugsOf } from '../../board/provision/plan.ts';
import {
  type FakeMetabase,
  type FakeOptions,
  startFakeMetabase,
} from '../support/metabase/fake-metabase.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { runCommand } from './run-command.ts';

const SLUGS = slugsOf(TABS);

let database: TestDatabase;
/** As a login of role tricost_readonly. */
let readerUrl: string;
let fake: FakeMetabase;

beforeAll(async () => {
  const owned = await createOwnedDatabase(new Date(), { monthsBack: 2, monthsAhead: 0 });
  ({ database } = owned);
  const login = `metabase_${randomUUID().replaceAll('-', '')}`;
  await owned.owner.query(`create role ${login} login password 'a b%' in role tricost_readonly`);
  readerUrl = Object.assign(new URL(database.url), {
    username: login,
    password: encodeURIComponent('a b%'),
  }).href;
  return async () => {
    await owned.owner.query(`drop role ${login}`);
    await owned.drop();
  };
});

async function start(options: FakeOptions = {}): Promise<void> {
  fake = await startFakeMetabase(options);
  vi.stubEnv('METABASE_URL', fake.url);
  vi.stubEnv('METABASE_API_KEY', fake.apiKey);
  vi.stubEnv('METABASE_DATABASE_URL', readerUrl);
  vi.stubEnv('METABASE_PASSWORD', '');
}

const board = (...args: string[]) => runCommand(['board', ...args]);

async function applied(): Promise<{ board_url: string; changes: object[]; unsettled: object[] }> {
  const { code, stdout, stderr } = await board('apply', '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

afterEach(async () => {
  // A key that the server does not know would be lost without a word.
  expect(fake.stripped).toEqual([]);
  await fake.stop();
});

describe.each([58, 65])('on release %i', (release) => {
  beforeEach(() => start({ release, syncing: 1 }));

  test('makes the board, and a second run writes nothing', async () => {
    const first = await applied();
    expect(first.board_url).toBe(`${fake.url}/dashboard/${fake.dashboards[0]?.id}`);
    expect(first.unsettled).toEqual([]);
    expect(fake.cards.map((card) => card.entity_id)).toEqual(SLUGS.map(entityId));
    expect(fake.dashboards).toMatchObject([{ name: BOARD_NAME, width: 'full' }]);
    expect(fake.dashboards[0]?.tabs.map(({ name }) => name)).toEqual(TABS.map(({ name }) => name));
    fake.takeWrites();

    expect((await applied()).changes).toEqual([]);
    expect((await board('plan')).stdout).toContain('nothing to do');
    expect(fake.takeWrites()).toEqual([]);
  });
});

async function query(
  id: number,
  body: object,
): Promise<{ status: string; error?: string; data: { cols: { name: string }[] } }> {
  const response = await fetch(`${fake.url}/api/card/${id}/query`, {
    method: 'POST',
    headers: { 'x-api-key': fake.apiKey },
    body: JSON.stringify(body),
  });
  return (await response.json()) as never;
}

describe('on a server that has the board', () => {
  beforeEach(async () => {
    await start();
    await applied();
    fake.takeWrites();
  });

  const plan = async (): Promise<[string, string, string[]][]> => {
    const { stdout } = await board('plan', '--json');
    const { steps } = JSON.parse(stdout) as {
      steps: { change: string; name: string; differences: string[] }[];
    };
    return steps
      .filter(({ change }) => change !== 'keep')
      .map(({ change, name, differences }) => [change, name, differences]);
  };

  test('every card answers in Metabase, with no filter, those it starts with, and all', async () => {
    for (const card of fake.cards) {
      const { slug, parameters, columns } = cardOf(SLUGS[fake.cards.indexOf(card)] ?? '');
      const all = parameters.map((name) => ({
        target: ['dimension', ['template-tag', name]],
        value: name === 'window' ? '2026-02-01~2026-02-28' : ["it's", 'x'],
      }));
      for (const parameters of [[], all]) {
        const { status, error, data } = await query(card.id, { parameters });
        expect([slug, status, error]).toEqual([slug, 'completed', undefined]);
        expect(data.cols.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
      }
    }
  });

  test('rows whose alert is open stand out: it is a text', () => {
    const features = fake.cards[SLUGS.indexOf('features-7-days')];
    const settings = features?.['visualization_settings'] as Record<string, unknown> | undefined;
    expect(settings?.['table.column_formatting']).toContainEqual(
      expect.objectContaining({ columns: ['alert'], operator: 'not-null', highlight_row: true }),
    );
  });

  test('a plan writes nothing, and says what would be written', async () => {
    Object.assign(fake.cards[0] as object, { display: 'pie' });
    const { stdout } = await board('plan');
    const { title } = cardOf(SLUGS[0] ?? '');
    expect(stdout).toBe(
      `overwrite, was changed in Metabase  card  ${title}  display\n1 to change, ${SLUGS.length + 3} as they shall be\n`,
    );
    expect(fake.takeWrites()).toEqual([]);
  });

  test('what somebody changed is shown as such, and set back', async () => {
    const [card] = fake.cards;
    Object.assign(card as object, { name: 'Mine', display: 'pie' });
    expect(await plan()).toEqual([['drift', cardOf(SLUGS[0] ?? '').title, ['name', 'display']]]);
    await applied();
    expect(fake.takeWrites()).toEqual([`PUT /api/card/${card?.id} 200`]);
    expect(await plan()).toEqual([]);
  });

  test('what the server or somebody adds to a card is no difference', async () => {
    Object.assign(fake.cards[0]?.['visualization_settings'] as object, { 'graph.show_goal': true });
    expect(await plan()).toEqual([]);
  });

  test('a card that was moved on the grid goes back, under its number', async () => {
    const [dashboard] = fake.dashboards;
    const numbers = dashboard?.dashcards.map(({ id }) => id);
    const moved = dashboard?.dashcards.find(({ card_id }) => card_id !== null);
    Object.assign(moved as object, { row: 99 });
    expect(await plan()).toEqual([['drift', BOARD_NAME, [`dashcards[${moved?.id}].row`]]]);
    await applied();
    expect(fake.dashboards[0]?.dashcards.map(({ id }) => id).sort()).toEqual(numbers?.sort());
    expect(await plan()).toEqual([]);
  });

  test('cards, tabs, texts and filters that people add stay where they are', async () => {
    const [dashboard] = fake.dashboards;
    const [spend] = dashboard?.tabs ?? [];
    const own = { ...fake.cards[0], id: 9001, entity_id: 'x'.repeat(21), name: 'Our own' };
    fake.cards.push(own as never);
    const place = { row: 90, col: 0, size_x: 6, size_y: 3, parameter_mappings: [], series: [] };
    dashboard?.tabs.push({ id: 9002, name: 'Ours', position: 2 });
    dashboard?.dashcards.push(
      { ...place, id: 9003, card_id: 9001, dashboard_tab_id: 9002, visualization_settings: {} },
      {
        ...place,
        id: 9004,
        card_id: null,
        dashboard_tab_id: spend?.id ?? null,
        visualization_settings: { virtual_card: { display: 'text' }, text: 'Ask Ann.' },
      },
    );
    (dashboard?.['parameters'] as object[] | undefined)?.push({
      id: 'team',
      name: 'Team',
      type: 'string/=',
    });
    expect(await plan()).toEqual([]);

    // Also when the dashboard is written.
    Object.assign(dashboard as object, { width: 'fixed' });
    await applied();
    expect(fake.dashboards[0]).toMatchObject({ width: 'full' });
    expect(fake.dashboards[0]?.tabs.map(({ id }) => id)).toContain(9002);
    const ids = fake.dashboards[0]?.dashcards.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([9003, 9004]));
    expect(fake.dashboards[0]?.['parameters']).toContainEqual(
      expect.objectContaining({ id: 'team' }),
    );
  });

  test('a tab without a card, and a card of the board on it, are theirs who made them', async () => {
    const [dashboard] = fake.dashboards;
    const [card] = fake.cards;
    const place = { row: 0, col: 0, size_x: 6, size_y: 3, parameter_mappings: [], series: [] };
    dashboard?.tabs.push({ id: 9001, name: 'Empty', position: 2 }, { id: 9002, name: 'Mine' });
    dashboard?.dashcards.push({
      ...place,
      id: 9003,
      card_id: card?.id ?? 0,
      dashboard_tab_id: 9002,
      visualization_settings: {},
    });
    expect(await plan()).toEqual([]);
    Object.assign(dashboard as object, { width: 'fixed' });
    await applied();
    expect(fake.dashboards[0]?.tabs.map(({ id }) => id)).toEqual(
      expect.arrayContaining([9001, 9002]),
    );
    const placements = () =>
      fake.dashboards[0]?.dashcards.filter((one) => one.card_id === card?.id);
    expect(placements()).toHaveLength(2);
    // Where the board's own placement is gone, theirs is not taken for it.
    dashboard?.dashcards.splice(
      dashboard.dashcards.findIndex((one) => one.card_id === card?.id && one.id !== 9003),
      1,
    );
    await applied();
    expect(placements()?.find(({ id }) => id === 9003)).toMatchObject({ dashboard_tab_id: 9002 });
    expect(placements()).toHaveLength(2);
  });

  test('a tab that was renamed is known by its number, and gets its name back', async () => {
    const before = fake.dashboards[0]?.tabs.map(({ id, name }) => [id, name]);
    Object.assign(fake.dashboards[0]?.tabs[1] as object, { name: 'Ops' });
    await applied();
    expect(fake.dashboards[0]?.tabs.map(({ id, name }) => [id, name])).toEqual(before);
  });

  test('a dashboard that was moved is found where it is, and stays there', async () => {
    fake.collections.push({ id: 9001, name: 'Finance', description: null, archived: false });
    Object.assign(fake.dashboards[0] as object, { collection_id: 9001 });
    expect(await plan()).toEqual([]);
    const { board_url } = await applied();
    expect(board_url).toBe(`${fake.url}/dashboard/${fake.dashboards[0]?.id}`);
    expect(fake.dashboards).toHaveLength(1);
    expect(fake.takeWrites()).toEqual([]);
    await board('destroy', '--yes');
    expect(fake.dashboards).toMatchObject([{ archived: true }]);
  });

  test('what people set in the connection stays when it changes', async () => {
    const details = fake.databases[0]?.details as Record<string, unknown>;
    Object.assign(details, {
      user: 'gone_since',
      'tunnel-enabled': false,
      'advanced-options': true,
    });
    await applied();
    expect(fake.databases[0]?.details).toMatchObject({
      user: new URL(readerUrl).username,
      'tunnel-enabled': false,
      'advanced-options': true,
    });
  });

  test('another release of the board updates what changed, and archives what left', async () => {
    const metabase = new Metabase({ url: fake.url, credential: { apiKey: fake.apiKey } });
    const [first, second] = SLUGS;
    const [tab] = TABS;
    const smaller = {
      tabs: [
        {
          name: tab?.name ?? '',
          sections: [
            {
              heading: 'All there is',
              text: 'One card.',
              rows: [{ height: 4, cards: [{ slug: first ?? '', width: 24 }] }],
            },
          ],
        },
      ],
      cardOf: (slug: string) => ({ ...cardOf(slug), title: 'Renamed' }),
      database: undefined,
    };
    const { done, unsettled } = await applyBoard(
      metabase,
      smaller,
      await observe(metabase, [first ?? '']),
      {
        report: () => {},
        stopped: new AbortController().signal,
      },
    );
    expect(unsettled).toEqual([]);
    expect(done.map(({ change }) => change)).toEqual([
      'update',
      ...SLUGS.slice(1).map(() => 'archive'),
      'update',
    ]);
    expect(fake.cards.find((card) => card.entity_id === entityId(second ?? ''))?.archived).toBe(
      true,
    );
    // Its former headings are gone, too.
    expect(fake.dashboards[0]?.dashcards).toHaveLength(3);

    // And back again: under the numbers that they had.
    const changes = (await applied()).changes as { change: string }[];
    expect(changes.filter(({ change }) => change === 'restore')).toHaveLength(SLUGS.length - 1);
    expect(fake.cards).toHaveLength(SLUGS.length);
    expect(await plan()).toEqual([]);
  });

  test('a run that was cut goes on where it was', async () => {
    const [dashboard] = fake.dashboards;
    Object.assign(dashboard as object, { caveats: null, dashcards: [], tabs: [], parameters: [] });
    fake.cards.splice(3);
    await applied();
    expect(fake.cards).toHaveLength(SLUGS.length);
    expect(fake.dashboards).toHaveLength(1);
    fake.takeWrites();
    await applied();
    expect(fake.takeWrites()).toEqual([]);
  });

  test('destroy archives the board, asks first, and leaves the database', async () => {
    const unasked = await board('destroy');
    expect(unasked).toMatchObject({ code: 1 });
    expect(unasked.stderr).toContain('--yes');
    expect(fake.takeWrites()).toEqual([]);

    expect(await board('destroy', '--yes')).toMatchObject({ code: 0 });
    expect(
      [...fake.cards, ...fake.dashboards, ...fake.collections].map((one) => one.archived),
    ).not.toContain(false);
    expect(fake.databases).toHaveLength(1);
    expect((await board('destroy', '--yes')).stdout).toContain('there is no board');

    // The cards are had back; a new dashboard shows them.
    await applied();
    expect(fake.cards).toHaveLength(SLUGS.length);
    expect(await plan()).toEqual([]);
  });

  test('destroy leaves a collection that holds something else', async () => {
    fake.cards.push({
      ...(fake.cards[0] as (typeof fake.cards)[number]),
      id: 9001,
      entity_id: 'x'.repeat(21),
    });
    await board('destroy', '--yes');
    expect(fake.collections).toMatchObject([{ archived: false }]);
    expect(fake.cards.at(-1)?.archived).toBe(false);
  });

  test('without --database-url the connection is as it is', async () => {
    vi.stubEnv('METABASE_DATABASE_URL', '');
    await applied();
    expect(fake.takeWrites()).toEqual([]);
  });

  test('a connection that was renamed is known by its number, and gets its name back', async () => {
    const [{ id } = { id: 0 }] = fake.databases;
    Object.assign(fake.databases[0] as object, { name: 'LLM spend' });
    vi.stubEnv('METABASE_DATABASE_URL', '');
    expect(await plan()).toEqual([]);
    vi.stubEnv('METABASE_DATABASE_URL', readerUrl);
    expect(await plan()).toEqual([['update', 'tricost', ['name']]]);
    await applied();
    expect(fake.databases).toMatchObject([{ id, name: 'tricost' }]);
    // Somebody else's of that name is none of ours.
    fake.databases.push({ ...(fake.databases[0] as object), id: 999 } as never);
    expect(await plan()).toEqual([]);
  });

  test('a connection of another name is not taken because a description names its number', async () => {
    const crm = { ...(fake.databases[0] as object), id: 999, name: 'crm' };
    const details = { host: 'crm.internal', port: 5432, dbname: 'crm', user: 'crm_reader' };
    fake.databases.push({ ...crm, details } as never);
    const collection = fake.collections.find(({ name }) => name === 'tricost') as object;
    const { description } = collection as { description: string };
    Object.assign(collection, { description: description.replace(/database \d+/, 'database 999') });
    const { code, stderr } = await board('apply');
    expect(code).toBe(1);
    expect(stderr).toContain('a database named crm that this command did not make');
    expect(fake.takeWrites()).toEqual([]);
  });

  test('a collection of the same name within another one is somebody else’s', async () => {
    fake.collections.push({
      id: 999,
      name: 'tricost',
      description: null,
      location: '/998/',
      archived: false,
    });
    expect(await plan()).toEqual([]);
    expect((await board('plan')).code).toBe(0);
  });

  test('another password is taken when the login fails, and only then', async () => {
    expect(await plan()).toEqual([]);
    // The database's own login goes; Metabase still has it.
    Object.assign(fake.databases[0]?.details as object, { user: 'gone_since' });
    expect(await plan()).toEqual([['update', 'tricost', ['details.user', 'details.password']]]);
    await applied();
    expect(await plan()).toEqual([]);
    Object.assign(fake.databases[0]?.details as object, { user: 'gone_since' });
    vi.stubEnv('METABASE_DATABASE_URL', '');
    const { code, stderr } = await board('apply');
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot read its database tricost \(.*gone_since.*--database-url/);
  });
});

describe('refuses, and writes nothing,', () => {
  beforeEach(() => start());
  afterEach(() => expect(fake.takeWrites()).toEqual([]));

  const refused = async (...args: string[]): Promise<string> => {
    const { code, stderr, stdout } = await board('apply', ...args);
    expect(code).toBe(1);
    return stdout + stderr;
  };

  test('a collection and a dashboard of the same name that it did not make', async () => {
    const collection = { id: 1, name: 'tricost', description: 'Ours', archived: false };
    fake.collections.push(collection);
    expect(await refused()).toContain('a collection named tricost that is not of this command');
    collection.description = `${MARK} …`;
    fake.dashboards.push({
      id: 2,
      name: BOARD_NAME,
      description: null,
      archived: false,
      collection_id: 1,
      dashcards: [],
      tabs: [],
    });
    expect(await refused()).toContain('is not of this command: rename it');
  });

  test('a database of the same name that is another one', async () => {
    const details = { host: 'warehouse.internal', port: 5432, dbname: 'dwh', user: 'bi' };
    fake.databases.push({
      id: 1,
      name: 'tricost',
      engine: 'postgres',
      archived: false,
      details,
      tables: [],
      looking: undefined,
    });
    const said = await refused();
    expect(said).toContain(
      'a database named tricost that this command did not make: it is warehouse.internal:5432/dwh as bi',
    );
    // Neither does a collection of ours make it so.
    fake.collections.push({ id: 2, name: 'tricost', description: `${MARK} …`, archived: false });
    expect(await refused()).toContain('did not make');
    expect(fake.databases[0]?.details).toEqual(details);
  });

  test('an address where there is no Metabase', async () => {
    const gone = await startFakeMetabase();
    await gone.stop();
    expect(await refused('--url', gone.url)).toContain(
      `there is no answer from ${gone.url} (ECONNREFUSED)`,
    );
    expect(await refused('--url', `${fake.url}/elsewhere`)).toContain('there is no Metabase at');
    expect(await refused('--url', 'metabase.example.com')).toContain('must be an address');
  });

  test('no key, a wrong key, and one that may not write', async () => {
    vi.stubEnv('METABASE_API_KEY', '');
    expect(await refused()).toContain('METABASE_API_KEY is not set');
    vi.stubEnv('METABASE_API_KEY', 'mb_wrong');
    const wrong = await refused();
    expect(wrong).toContain('does not accept the API key');
    expect(wrong).not.toContain('mb_wrong');
  });

  test('no database, and no way to one', async () => {
    vi.stubEnv('METABASE_DATABASE_URL', '');
    expect(await refused()).toContain('say how it connects with --database-url');
    expect(await refused('--database-url', 'postgres://host/db')).toContain('needs a login');
    const raw = await refused('--database-url', 'postgres://ann:100%@host/db');
    expect(raw).toContain('percent-encoded');
    expect(raw).not.toContain('100%');
  });
});

describe('refuses', () => {
  beforeEach(() => start());

  test('a key that may not write', async () => {
    vi.stubEnv('METABASE_API_KEY', fake.viewerKey);
    const { code, stderr } = await board('apply');
    expect(code).toBe(1);
    expect(stderr).toContain('it needs one of the group Administrators');
  });

  test('a database that Metabase does not reach', async () => {
    const nowhere = Object.assign(new URL(readerUrl), { port: '9' }).href;
    const { code, stderr } = await board('apply', '--database-url', nowhere);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Metabase cannot connect to 127\.0\.0\.1:9\/\w+ as metabase_/);
    expect(stderr).not.toContain('a b%');
  });

  test('a login that may do more than read the views, and takes it out again', async () => {
    const { code, stderr } = await board('apply', '--database-url', database.url);
    expect(code).toBe(1);
    expect(stderr).toContain('in role tricost_readonly');
    expect(fake.databases).toEqual([]);
    expect(fake.cards).toEqual([]);
  });
});

test('a release that is too old is refused, one that is too new is tried', async () => {
  await start({ release: 57 });
  expect(await board('apply')).toMatchObject({
    code: 1,
    stderr: 'this is Metabase v0.57.4, and the board needs 0.58 or newer: update it',
  });
  await fake.stop();
  await start({ release: 66 });
  const { code, stderr } = await board('apply');
  expect(code).toBe(0);
  expect(stderr).toContain('this is Metabase v0.66.4; the board is written for 0.58 to 0.65');
});

test('a Metabase that is starting is waited for', async () => {
  await start({ starting: 2 });
  await applied();
});

describe('setup', () => {
  const setup = (...args: string[]) =>
    board('setup', '--email', 'ops@example.com', '--json', ...args);

  test('makes the first user and a key that the board can be applied with', async () => {
    await start({ isNew: true });
    const made = JSON.parse((await setup()).stdout);
    expect(made).toEqual({
      email: 'ops@example.com',
      password: expect.stringMatching(/^Aa1-.{24}$/),
      api_key: expect.stringMatching(/^mb_/),
    });
    vi.stubEnv('METABASE_API_KEY', made.api_key);
    await applied();

    // Nobody is made twice, and a name of a key only once.
    expect((await setup()).stderr).toContain('is set up already: set METABASE_PASSWORD');
    vi.stubEnv('METABASE_PASSWORD', 'wrong');
    expect((await setup()).stderr).toContain('does not know ops@example.com');
    vi.stubEnv('METABASE_PASSWORD', made.password);
    expect((await setup()).stderr).toContain('no key was made');
  });

  test('prints what is to be kept, line by line', async () => {
    await start({ isNew: true });
    const { stdout } = await board('setup', '--email', 'ops@example.com');
    expect(stdout).toMatch(/^METABASE_PASSWORD=Aa1-\S+\nMETABASE_API_KEY=mb_\S+\n$/);
  });

  test('a password that was made up is told even when no key is made', async () => {
    await start({ isNew: true, keyNames: ['tricost board'] });
    const { code, stdout, stderr } = await setup();
    expect(code).toBe(1);
    expect(stderr).toContain('no key was made');
    expect(JSON.parse(stdout)).toEqual({
      email: 'ops@example.com',
      password: expect.stringMatching(/^Aa1-/),
    });
  });
});
