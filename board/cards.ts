/** Every card of the board. Where each one stands: layout.ts. */
import type { Card } from './card.ts';
import { byFeature } from './cards/by-feature.ts';
import { kpis } from './cards/kpis.ts';

export const CARDS: readonly Card[] = [...kpis, ...byFeature];

/** @throws Error when there is no such card */
export function cardOf(slug: string): Card {
  const card = CARDS.find((candidate) => candidate.slug === slug);
  if (card === undefined) throw new Error(`the board has no card ${slug}`);
  return card;
}
