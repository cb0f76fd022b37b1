/** What one prompt version on one model did in two windows: the grain in which growth is explained. */
import type { PicoUsd } from '../../money.ts';

export interface SliceWindow {
  calls: number;
  /** Calls of known cost: those that `costUsd` adds up. */
  pricedCalls: number;
  /** null: no call said. */
  inputTokens: number | null;
  outputTokens: number | null;
  /** Part of the input. */
  cacheReadTokens: number | null;
  /** null: no call is priced. */
  costUsd: PicoUsd | null;
}

export interface Slice {
  /** null: the prompt has no name. */
  promptName: string | null;
  promptId: string;
  promptVersion: number | null;
  /** When the version first arrived; undefined: it has no number. */
  firstSeenAt: Date | undefined;
  provider: string;
  model: string;
  previous: SliceWindow;
  current: SliceWindow;
}

/** What a model's tokens cost next to each other. Only the proportions are used: what was paid is in the slices. */
export interface TokenPrices {
  /** Pico-dollars for the same number of tokens of each; `input` is more than zero. */
  input: PicoUsd;
  cacheRead: PicoUsd;
  output: PicoUsd;
}

/** @returns undefined when no price is known: then what a call costs is not told apart into tokens, cache and price */
export type TokenPricesOf = (provider: string, model: string) => TokenPrices | undefined;
