/** What became of one post of a message. */
import type { Retry } from './post-json.ts';

export type PostResult =
  | { state: 'delivered'; slack?: SlackPosition }
  | Retry
  /** It will never be taken there as it is. */
  | { state: 'permanent'; reason: string };

/** By which Slack knows a message. */
export interface SlackPosition {
  channel: string;
  ts: string;
}
