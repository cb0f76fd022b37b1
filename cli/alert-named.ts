/** Which alert a command is about: a feature, or the id that `tricost alerts list` shows. */
import type { Client } from 'pg';
import { featureOfAlert, readOpenAlertRows } from '../adapters/postgres/alert-history.ts';
import { printable } from './printable.ts';

export const ALERT_ARGUMENT = '<alert>';
export const ALERT_HELP = 'its feature, or its id as listed: 41, tags-12';

/** A feature may have digits for a name, so what is no id is one. */
export async function namedFeature(
  client: Client,
  alert: string,
): Promise<{ feature: string; id: string | undefined }> {
  const feature = /^\d{1,18}$/.test(alert) ? await featureOfAlert(client, alert) : undefined;
  return feature === undefined ? { feature: alert, id: undefined } : { feature, id: alert };
}

const NAMED = 10;

/** For an error: there is none, and those there are. */
export async function noOpenAlert(client: Client, feature: string): Promise<string> {
  const open = (await readOpenAlertRows(client)).map((row) => printable(row.feature));
  const more = open.length > NAMED ? `, and ${open.length - NAMED} more` : '';
  const there = open.length === 0 ? 'none is' : `open: ${open.slice(0, NAMED).join(', ')}${more}`;
  return `${printable(feature)} has no open alert; ${there}`;
}
