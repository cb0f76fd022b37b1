/** Exploding prompt ids are told once, and watching them takes bounded memory. */
import { expect, test } from 'vitest';
import { PromptCountWatch } from '../../../sdk/src/prompts/prompt-count-watch.ts';

function watchOf(limit: number) {
  const told: string[] = [];
  const watch = new PromptCountWatch({
    onMany: (feature) => told.push(feature),
    limit,
    windowMs: 100,
  });
  return { watch, told };
}

const see = (watch: PromptCountWatch, count: number, id = (call: number) => `p_${call}`) =>
  Array.from({ length: count }, (_, call) => watch.admits('support.reply', id(call), call));

test('new ids beyond the limit are not admitted, which is told once', () => {
  const { watch, told } = watchOf(3);
  expect(see(watch, 3)).toEqual([true, true, true]);
  expect(told).toEqual([]);
  expect(see(watch, 6)).toEqual([true, true, true, false, false, false]);
  expect(told).toEqual(['support.reply']);
});

test('the same ids again and again are no more', () => {
  const { watch, told } = watchOf(3);
  expect(see(watch, 99, (call) => `p_${call % 3}`)).not.toContain(false);
  expect(told).toEqual([]);
});

test('a new window begins anew, and is not told again', () => {
  const { watch, told } = watchOf(3);
  see(watch, 50);
  expect(watch.admits('support.reply', 'p_new', 99)).toBe(false);
  expect(watch.admits('support.reply', 'p_new', 100)).toBe(true);
  for (let call = 0; call < 50; call += 1) watch.admits('support.reply', `p_${call}`, 101);
  expect(told).toEqual(['support.reply']);
});

test('ids of different windows and features do not add up', () => {
  const { watch, told } = watchOf(3);
  for (let call = 0; call < 30; call += 1) watch.admits('search', `p_${call}`, call * 50);
  for (let call = 0; call < 30; call += 1) watch.admits(`feature ${call}`, `p_${call}`, 0);
  expect(told).toEqual([]);
});

test('feature names that explode are not all kept', () => {
  const { watch, told } = watchOf(0);
  for (let call = 0; call < 10_000; call += 1) watch.admits(`feature ${call}`, 'p_1', 0);
  expect(told).toHaveLength(200);
});
