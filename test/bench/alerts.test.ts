/** Half a year of planted incidents: what was promised of the alert holds. */
import { expect, test } from 'vitest';
import { logRatio } from '../../bench/alerts/bound.ts';
import { generate } from '../../bench/alerts/generate.ts';
import { reportOn } from '../../bench/alerts/report.ts';

test('what is sent, one rule alone, and the recipe', () => {
  const { rules, by_incident, recipe, at_best } = reportOn(1);
  const all = rules.find(({ rule }) => rule === 'all');
  const steps = by_incident.find(({ rule }) => rule === 'step');
  const doubled = by_incident.find(({ rule }) => rule === 'step of +100 %');
  expect(steps?.recall).toBeGreaterThanOrEqual(0.99);
  expect(doubled?.median_delay_h).toBeLessThanOrEqual(24);
  expect(doubled?.within_24_h).toBeGreaterThanOrEqual(0.75);
  // By who knows more than any rule can, no fewer.
  for (const { within_24_h } of at_best) {
    expect(within_24_h).toBeGreaterThanOrEqual(doubled?.within_24_h ?? 1);
  }
  expect(all?.recall).toBeGreaterThanOrEqual(0.95);
  expect(all?.messages_per_incident).toBeLessThanOrEqual(2);
  expect(all?.false_per_team_week).toBeLessThanOrEqual(1);
  expect(recipe.messages_per_incident).toBeGreaterThan(6);
});

test('who knows the habits of a calm feature sees its first morning of twice as much, and none before', () => {
  const world = generate(1);
  const calm = world.incidents.filter(({ kind, factor, feature, startHour }) => {
    const { variation, isLate } = world.habits[feature] ?? { variation: 1, isLate: true };
    return kind === 'step' && factor >= 2 && startHour % 24 <= 16 && variation < 0.15 && !isLate;
  });
  expect(calm.length).toBeGreaterThan(0);
  for (const { feature, startHour } of calm) {
    const morning = Math.floor((startHour + 16) / 24);
    const ratios = [morning, morning - 3, morning - 7].map((day) =>
      logRatio(world, feature, day, true),
    );
    expect(ratios.map((ratio) => ratio > 0)).toEqual([true, false, false]);
  }
});
