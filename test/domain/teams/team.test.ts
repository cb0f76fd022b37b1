import { expect, test } from 'vitest';
import { dueAt, ownerOf } from '../../../domain/teams/team.ts';

const OWNERS = [
  { feature: '*', team: 'platform' },
  { feature: 'support.*', team: 'support' },
  { feature: 'support.reply.*', team: 'reply' },
  { feature: 'support.search', team: 'search' },
];

test.each([
  ['support.search', 'search'],
  ['support.searching', 'support'],
  ['support.reply.draft', 'reply'],
  ['support.', 'support'],
  ['support', 'platform'],
  ['(untagged)', 'platform'],
])('%s is owned by %s', (feature, team) => {
  expect(ownerOf(feature, OWNERS)).toBe(team);
  expect(ownerOf(feature, OWNERS.toReversed())).toBe(team);
});

test('without a * some are owned by nobody', () => {
  expect(ownerOf('support', OWNERS.slice(1))).toBeUndefined();
});

test.each([
  ['2026-11-28', 'Europe/Rome', 9, '2026-11-28T08:00:00.000Z'],
  ['2026-11-28', 'America/Los_Angeles', 9, '2026-11-28T17:00:00.000Z'],
  ['2026-11-28', 'Asia/Tokyo', 9, '2026-11-28T00:00:00.000Z'],
  // The clocks skip that hour: the first moment after it.
  ['2026-03-29', 'Europe/Rome', 2, '2026-03-29T01:00:00.000Z'],
])('a message about %s is due in %s at %i at %s', (date, timeZone, hour, due) => {
  expect(dueAt(date, { timeZone, hour }).toISOString()).toBe(due);
});
