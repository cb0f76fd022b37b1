/** `tricost board`: the dashboard. */
import type { Command } from 'commander';
import { defineExport } from './board-export.ts';

export function define(board: Command): void {
  defineExport(board);
}
