/** `tricost prices`: the dated price list in the database. */
import type { Command } from 'commander';
import { defineAlias } from './prices-alias.ts';
import { defineList } from './prices-list.ts';
import { defineSet } from './prices-set.ts';
import { defineUpdate } from './prices-update.ts';

export function define(prices: Command): void {
  defineList(prices);
  defineSet(prices);
  defineAlias(prices);
  defineUpdate(prices);
}
