/** Forgets a user outside llm_calls: in alerts, in messages to people, in refused events, in what producers said. */
import type { ClientBase } from 'pg';
import { COLUMN_DECISIONS } from '../../domain/forget-user/columns.ts';
import { type Mention, rewriteStrings } from '../../domain/forget-user/mention.ts';
import { judgeBody } from '../../domain/forget-user/rejected-body.ts';
import { codeSpan } from '../../domain/slack/escape.ts';
import { namedUser, userName } from '../../domain/spend-alert/message.ts';
import { containsAny, needles, wordPattern } from './forget-user-search.ts';

/** Numbers of rows. */
export interface MessageCounts {
  alerts: number;
  notifications: number;
  rejectedEvents: number;
  /** Refused events of which nobody can tell. */
  unreadableEvents: number;
  deliveries: number;
  /** Names of features and prompts, which are left alone. */
  names: number;
}

/** What a refused event says once it is erased: its reason and its place are kept, so that a redelivery adds nothing. */
const ERASED_DETAIL = 'erased by tricost forget-user';
const PAGE_ROWS = 500;

/** @param pseudonym absent: count only */
export async function forgetInMessages(
  client: ClientBase,
  mention: Mention,
  pseudonym?: string,
): Promise<MessageCounts> {
  return {
    alerts:
      (await forgetInAlerts(client, 'alerts', mention, pseudonym)) +
      (await forgetInAlerts(client, 'tag_coverage_alerts', mention, pseudonym)),
    notifications: await forgetInOutbox(client, mention, pseudonym),
    ...(await forgetInRejectedCalls(client, mention, pseudonym)),
    deliveries: await forgetInDeliveries(client, mention, pseudonym),
    names: await countNames(client, mention),
  };
}

async function forgetInAlerts(
  client: ClientBase,
  table: 'alerts' | 'tag_coverage_alerts',
  mention: Mention,
  pseudonym: string | undefined,
): Promise<number> {
  const values = needles(mention);
  const { rows } = await client.query<{ id: string; details: string }>(
    `select id, details::text from tricost.${table}
     where $1 in (details->'top_user'->>'user_id', details->'user'->>'user_id') ${mention.searched ? `or ${containsAny(['details'], values, 2)}` : ''}`,
    mention.searched ? [mention.storedId, ...values] : [mention.storedId],
  );
  let forgotten = 0;
  for (const { id, details } of rows) {
    const rewritten = rewriteDetails(details, mention, pseudonym ?? '');
    if (rewritten === details) continue;
    forgotten += 1;
    if (pseudonym === undefined) continue;
    await client.query(`update tricost.${table} set details = $2::jsonb where id = $1`, [
      id,
      rewritten,
    ]);
  }
  return forgotten;
}

/** Too short an id is replaced where it names the user, and nowhere else. */
function rewriteDetails(details: string, mention: Mention, pseudonym: string): string {
  if (mention.searched) {
    return rewriteStrings(details, (text) => mention.replaceIn(text, pseudonym));
  }
  const key = JSON.stringify('user_id');
  const named = `${key}: ${JSON.stringify(mention.storedId)}`;
  return details.replaceAll(named, `${key}: ${JSON.stringify(pseudonym)}`);
}

async function forgetInOutbox(
  client: ClientBase,
  mention: Mention,
  pseudonym: string | undefined,
): Promise<number> {
  // A message shows a name as Slack must see it: cut, and with some characters replaced.
  const shown = JSON.stringify(userName(mention.storedId)).slice(1, -1);
  const values = [...new Set([...needles(mention), shown])];
  const { rows } = await client.query<{ id: string; payload: string; error: string | null }>(
    `select id, payload::text, last_error as error from tricost.outbox
     where ${containsAny(['payload', 'last_error'], values, 1)} order by id`,
    values,
  );
  let forgotten = 0;
  for (const { id, payload, error } of rows) {
    const replace = (text: string) => rewriteMessage(text, mention, pseudonym ?? '');
    const rewritten = rewriteStrings(payload, replace);
    const newError = error === null ? null : mention.replaceIn(error, pseudonym ?? '');
    if (rewritten === payload && newError === error) continue;
    forgotten += 1;
    if (pseudonym === undefined) continue;
    await client.query(
      'update tricost.outbox set payload = $2::jsonb, last_error = $3 where id = $1',
      [id, rewritten, newError],
    );
  }
  return forgotten;
}

function rewriteMessage(text: string, mention: Mention, pseudonym: string): string {
  const named = text.replaceAll(namedUser(mention.storedId), () => namedUser(pseudonym));
  if (!mention.searched) return named;
  return mention
    .replaceIn(named, pseudonym)
    .replaceAll(userName(mention.storedId), () => codeSpan(pseudonym));
}

async function forgetInRejectedCalls(
  client: ClientBase,
  mention: Mention,
  pseudonym: string | undefined,
): Promise<Pick<MessageCounts, 'rejectedEvents' | 'unreadableEvents'>> {
  const counts = { rejectedEvents: 0, unreadableEvents: 0 };
  let last: { message_id: string; event_index: number } | undefined;
  do {
    const { rows } = await client.query<{
      message_id: string;
      event_index: number;
      detail: string;
      body: Buffer;
    }>(
      `select message_id, event_index, detail, body from tricost.rejected_calls
       where $1::text is null or (message_id, event_index) > ($1, $2::int)
       order by message_id, event_index limit ${PAGE_ROWS}`,
      [last?.message_id ?? null, last?.event_index ?? null],
    );
    for (const { message_id, event_index, detail, body } of rows) {
      const verdict = judgeBody(body.toString('utf8'), mention);
      const mentioned = verdict === 'mentions' || (mention.searched && mention.isIn(detail));
      if (mentioned) counts.rejectedEvents += 1;
      else if (verdict === 'unreadable') counts.unreadableEvents += 1;
      if (!mentioned || pseudonym === undefined) continue;
      await client.query(
        `update tricost.rejected_calls set body = '', detail = $3 where message_id = $1 and event_index = $2`,
        [message_id, event_index, ERASED_DETAIL],
      );
    }
    last = rows.length < PAGE_ROWS ? undefined : rows.at(-1);
  } while (last !== undefined);
  return counts;
}

async function forgetInDeliveries(
  client: ClientBase,
  mention: Mention,
  pseudonym: string | undefined,
): Promise<number> {
  if (!mention.searched) return 0;
  const values = needles(mention);
  const { rows } = await client.query<{ producer: string; deliveries: number }>(
    `select producer_id as producer, count(*)::int as deliveries from tricost.deliveries
     where ${containsAny(['producer_id'], values, 1)} group by producer_id`,
    values,
  );
  const mentioned = rows.filter(({ producer }) => mention.isIn(producer));
  if (pseudonym !== undefined) {
    for (const { producer } of mentioned) {
      await client.query('update tricost.deliveries set producer_id = $2 where producer_id = $1', [
        producer,
        mention.replaceIn(producer, pseudonym),
      ]);
    }
  }
  return mentioned.reduce((sum, { deliveries }) => sum + deliveries, 0);
}

/** Outside llm_calls. */
async function countNames(client: ClientBase, mention: Mention): Promise<number> {
  if (!mention.searched) return 0;
  const values = needles(mention);
  let count = 0;
  for (const [column, decision] of Object.entries(COLUMN_DECISIONS)) {
    const [table = '', name = ''] = column.split('.');
    if (decision !== 'reported' || table === 'llm_calls') continue;
    const { rows } = await client.query<{ rows: number }>(
      `select count(*)::int as rows from tricost.${table} where (${containsAny([name], values, 2)}) and ${name} ~ $1`,
      [wordPattern(mention), ...values],
    );
    count += rows[0]?.rows ?? 0;
  }
  return count;
}
