/** The body that a signed webhook gets: docs/reference/webhook.md and the schema beside it say the same to others. */
import { uuidV5 } from '../uuid.ts';
import type { ReplyState } from './reply-state.ts';

export interface WebhookEvent {
  type: 'tricost.message';
  /** When it was written, RFC 3339. */
  timestamp: string;
  data: {
    id: string;
    /** Names what it is about. */
    about: string;
    team: string | null;
    text: string;
    blocks: readonly object[];
    reply_to: string | null;
    state: ReplyState | null;
  };
}

/** Random, and never changed: receivers know messages by what is derived from it. */
const NAMESPACE = '6c0d8a1e-6f5b-4c0e-9a44-7a0f3a1d2b90';

/** The same in every attempt, and of no other message, also when a restored database counts again from where it was. */
export function webhookId(message: { id: string; dedupeKey: string; createdAt: Date }): string {
  const { id, dedupeKey, createdAt } = message;
  return `msg_${uuidV5(NAMESPACE, JSON.stringify([id, dedupeKey, createdAt.toISOString()]))}`;
}

export function webhookEvent(message: {
  id: string;
  createdAt: Date;
  dedupeKey: string;
  team: string | null;
  payload: { text: string; blocks?: readonly object[] };
  replyTo: string | null;
  replyState: ReplyState | null;
}): WebhookEvent {
  const { id, createdAt, dedupeKey, team, payload, replyTo, replyState } = message;
  return {
    type: 'tricost.message',
    timestamp: createdAt.toISOString(),
    data: {
      id,
      about: dedupeKey,
      team,
      text: payload.text,
      blocks: payload.blocks ?? [],
      reply_to: replyTo,
      state: replyState,
    },
  };
}
