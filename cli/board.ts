/** `tricost board`: the dashboard, as a file or in a Metabase. */
import type { Command } from 'commander';
import { defineApply, definePlan } from './board-apply.ts';
import { defineDestroy } from './board-destroy.ts';
import { defineExport } from './board-export.ts';
import { defineSetup } from './board-setup.ts';

export function define(board: Command): void {
  defineExport(board);
  defineSetup(board);
  definePlan(board);
  defineApply(board);
  defineDestroy(board);
}
