/** Alerts of lost tags, as commands name them: `tags-12`. */
import type { Client } from 'pg';
import { environmentOfAlert, readOpenCoverageRows } from '../adapters/postgres/coverage-history.ts';
import type { Environment } from '../domain/spend-alert/tag-coverage.ts';
import { printable } from './printable.ts';

export function tagsId(id: string): string {
  return `tags-${id}`;
}

/** `tags of production`. */
export function tagsOf(environment: Environment): string {
  return environment === null ? 'tags without an environment' : `tags of ${printable(environment)}`;
}

/** A feature may be called so, too: what is no id is one. @returns undefined: it is no id of such an alert */
export async function namedTags(
  client: Client,
  alert: string,
): Promise<{ environment: Environment } | undefined> {
  const [, id] = /^tags-(\d{1,18})$/.exec(alert) ?? [];
  return id === undefined ? undefined : environmentOfAlert(client, id);
}

/** For an error: it is over, and which are open. */
export async function noOpenTags(client: Client, environment: Environment): Promise<string> {
  const open = await readOpenCoverageRows(client);
  const there = open.map((row) => `${tagsId(row.id)}, ${tagsOf(row.environment)}`).join('; ');
  return `${tagsOf(environment)}: no alert is open; ${there === '' ? 'none of tags is' : `open: ${there}`}`;
}
