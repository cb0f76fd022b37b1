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

test('more ids than the limit are told once', () => {
  const { watch, told } = watchOf(3);
  for (let call = 0; call < 3; call += 1) watch.see('support.reply', `p_${call}`, 0);
  expect(told).toEqual([]);
  for (let call = 3; call < 50; call += 1) watch.see('support.reply', `p_${call}`, call * 10);
  expect(told).toEqual(['support.reply']);
});

test('the same ids again and again are no more', () => {
  const { watch, told } = watchOf(3);
  for (let call = 0; call < 1_000; call += 1) watch.see('support.reply', `p_${call % 3}`, 0);
  expect(told).toEqual([]);
});

test('ids of different windows and features do not add up', () => {
  const { watch, told } = watchOf(3);
  for (let call = 0; call < 30; call += 1) watch.see('search', `p_${call}`, call * 50);
  for (let call = 0; call < 30; call += 1) watch.see(`feature ${call}`, `p_${call}`, 0);
  expect(told).toEqual([]);
});

test('feature names that explode are not all kept', () => {
  const { watch, told } = watchOf(0);
  for (let call = 0; call < 10_000; call += 1) watch.see(`feature ${call}`, 'p_1', 0);
  expect(told).toHaveLength(200);
});
