/** Every card of the board. Where each one stands: layout.ts. */
import type { Card } from './card.ts';
import { byFeature } from './cards/by-feature.ts';
import { byPrompt } from './cards/by-prompt.ts';
import { byUser } from './cards/by-user.ts';
import { kpis } from './cards/kpis.ts';
import { operations } from './cards/operations.ts';

export const CARDS: readonly Card[] = [
  ...kpis,
  ...byFeature,
  ...byUser,
  ...byPrompt,
  ...operations,
];

/** @throws Error when there is no such card */
export function cardOf(slug: string): Card {
  const card = CARDS.find((candidate) => candidate.slug === slug);
  if (card === undefined) throw new Error(`the board has no card ${slug}`);
  return card;
}
