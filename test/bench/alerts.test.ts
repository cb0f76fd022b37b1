/** Half a year of planted incidents: what was promised of the alert holds. */
import { expect, test } from 'vitest';
import { reportOn } from '../../bench/alerts/report.ts';

test('what is sent, one rule alone, and the recipe', () => {
  const { rules, by_incident, recipe } = reportOn(1);
  const all = rules.find(({ rule }) => rule === 'all');
  const steps = by_incident.find(({ rule }) => rule === 'step');
  const doubled = by_incident.find(({ rule }) => rule === 'step of +100 %');
  expect(steps?.recall).toBeGreaterThanOrEqual(0.99);
  expect(doubled?.median_delay_h).toBeLessThanOrEqual(24);
  expect(doubled?.within_24_h).toBeGreaterThanOrEqual(0.75);
  expect(all?.recall).toBeGreaterThanOrEqual(0.95);
  expect(all?.messages_per_incident).toBeLessThanOrEqual(2);
  expect(all?.false_per_team_week).toBeLessThanOrEqual(1);
  expect(recipe.messages_per_incident).toBeGreaterThan(6);
});
