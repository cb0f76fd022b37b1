/** Judging what is in the database: release, migrations, owner, grants, months, and the clocks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXPECTED_GRANTS } from '../../../domain/doctor/expected-grants.ts';
import { judgeClock } from '../../../domain/doctor/judge-clock.ts';
import { judgePartitions, type PartitionFacts } from '../../../domain/doctor/judge-partitions.ts';
import {
  judgeGrants,
  judgeSchema,
  judgeServerVersion,
  type SchemaFacts,
} from '../../../domain/doctor/judge-schema.ts';
import { ailing, remedies } from './findings.ts';

test.each([
  [140_012, 'mend'],
  [150_000, 'well'],
  [180_004, 'well'],
  [190_000, 'warning'],
])('server_version_num %i is %s', (version, state) => {
  expect(judgeServerVersion(version).state).toBe(state);
});

describe('judgeSchema', () => {
  const facts: SchemaFacts = {
    user: 'owner',
    version: 9,
    owner: { name: 'owner', mayActAs: true },
    rolesPresent: ['tricost_ingest', 'tricost_readonly'],
    mayCreateRoles: true,
    grants: [...EXPECTED_GRANTS],
  };
  const EMPTY = { version: undefined, owner: undefined, rolesPresent: [], grants: [] };
  const judged = (changed: Partial<SchemaFacts>, deployed = true) =>
    ailing(judgeSchema({ ...facts, ...changed }, 9, deployed, remedies));

  test.each([
    ['as deployed', {}, true, []],
    ['an older schema', { version: 8 }, true, ['migrations mend', 'grants unknown']],
    ['a newer one', { version: 10 }, true, ['migrations warning', 'grants unknown']],
    [
      'another owner',
      { owner: { name: 'x', mayActAs: false }, version: undefined },
      true,
      ['migrations unknown', 'owner mend', 'grants unknown'],
    ],
    ['a role too few', { rolesPresent: ['tricost_ingest'] }, true, ['roles mend']],
    [
      'nothing yet, before the deploy',
      EMPTY,
      false,
      ['migrations not-here', 'owner not-here', 'roles not-here', 'grants not-here'],
    ],
    [
      'nothing yet, and a login that may not make roles',
      { ...EMPTY, mayCreateRoles: false },
      false,
      ['migrations not-here', 'owner not-here', 'roles mend', 'grants not-here'],
    ],
    [
      'nothing, although the stack is deployed',
      { ...EMPTY, rolesPresent: facts.rolesPresent },
      true,
      ['migrations mend', 'owner not-here', 'grants unknown'],
    ],
  ] as [string, Partial<SchemaFacts>, boolean, string[]][])(
    '%s',
    (_what, changed, deployed, expected) => {
      expect(judged(changed, deployed)).toEqual(expected);
    },
  );
});

describe('judgeGrants', () => {
  test('each one that is missing is named with the statement that grants it', () => {
    for (const grant of EXPECTED_GRANTS) {
      const finding = judgeGrants(
        EXPECTED_GRANTS.filter((other) => other !== grant),
        remedies,
      );
      expect(finding.state).toBe('mend');
      expect(finding.mend).toContain(
        `grant ${grant.privilege} on ${grant.object} to ${grant.role};`,
      );
    }
  });

  test.each([
    ['tricost_ingest', 'delete', 'table tricost.llm_calls', 'warning'],
    ['tricost_readonly', 'select', 'table tricost.llm_calls', 'mend'],
    ['tricost_readonly', 'usage', 'schema tricost', 'mend'],
    ['public', 'select', 'table tricost.outbox', 'mend'],
    ['public', 'execute', 'function reporting.f()', 'warning'],
  ] as const)('too much: %s with %s on %s is %s', (role, privilege, object, state) => {
    const finding = judgeGrants([...EXPECTED_GRANTS, { role, privilege, object }], remedies);
    expect(finding.state).toBe(state);
    expect(finding.mend).toContain(`revoke ${privilege} on ${object} from ${role};`);
  });
});

describe('judgePartitions', () => {
  const now = new Date('2026-11-25T12:00:00Z');
  const range = { monthsBack: 2, monthsAhead: 2 };
  const months = ['2026-09', '2026-10', '2026-11', '2026-12', '2027-01'].map(
    (month) => new Date(`${month}-01T00:00:00Z`),
  );
  const facts: PartitionFacts = {
    months,
    detachPending: [],
    unattached: [],
    defaultPartition: undefined,
  };
  const without = (...absent: number[]) => ({
    ...facts,
    months: months.filter((_month, index) => !absent.includes(index)),
  });

  test.each([
    ['all', facts, []],
    ['the last one, due tonight', without(4), ['partitions warning']],
    ['next month', without(3), ['partitions mend']],
    ['this month', without(2), ['partitions mend']],
    ['the oldest one', without(0), ['partitions mend']],
    ['none', { ...facts, months: [] }, ['partitions mend']],
    ['a default one', { ...facts, defaultPartition: 'tricost.d' }, ['default-partition mend']],
    [
      'a half detached one',
      { ...facts, detachPending: ['tricost.p'] },
      ['detached-partitions mend'],
    ],
    ['a loose one', { ...facts, unattached: ['tricost.p'] }, ['detached-partitions warning']],
  ])('%s', (_what, found, expected) => {
    expect(ailing(judgePartitions(found, range, now, remedies))).toEqual(expected);
  });

  test('the command makes exactly what is missing', () => {
    const [finding] = judgePartitions(without(0, 1, 3), range, now, remedies);
    expect(finding?.mend).toMatch(/^npx tricost partitions ensure --from 2026-09 --to 2026-12 /);
    expect(finding?.says).toMatch(/^2026-09, 2026-10, 2026-12 has no partition/);
  });

  test('before there is a table nothing is wrong', () => {
    expect(ailing(judgePartitions(undefined, range, now, remedies))).toEqual([
      'partitions not-here',
      'default-partition not-here',
      'detached-partitions not-here',
    ]);
  });
});

describe('judgeClock', () => {
  const at = (ms: number) => new Date(Date.UTC(2026, 10, 25) + ms);
  const judged = (skewMs: number, latencyMs: number, resolutionMs: number) => {
    const readAt = latencyMs / 2 + skewMs;
    const other = at(
      resolutionMs === 0 ? readAt : Math.floor(readAt / resolutionMs) * resolutionMs,
    );
    return judgeClock('aws-clock', 'AWS', {
      other,
      askedAt: at(0),
      answeredAt: at(latencyMs),
      resolutionMs,
    });
  };

  test('a clock that is right is never accused, however slow the answer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -4_000, max: 4_000 }),
        fc.integer({ min: 0, max: 60_000 }),
        fc.constantFrom(0, 1_000),
        (skewMs, latencyMs, resolutionMs) => {
          expect(judged(skewMs, latencyMs, resolutionMs).state).toBe('well');
        },
      ),
    );
  });

  test.each([
    [60_000, 'AWS is 60 s ahead of this machine'],
    [-60_000, 'AWS is 60 s behind this machine'],
  ])('one that is %i ms off is', (skewMs, says) => {
    expect(judged(skewMs, 0, 0)).toMatchObject({ state: 'warning', says });
  });
});
