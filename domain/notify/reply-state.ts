/** What became of what a message is about: marked on the message itself where a bot token may change it. */
import { context, type SlackMessage } from '../slack/message.ts';

/** `worse`: materially. `growing`: as it was told, and not over. */
export type ReplyState = 'worse' | 'growing' | 'resolved';

const MARKS: Record<ReplyState, string> = {
  worse: ':rotating_light: Got worse, see the thread',
  growing: ':hourglass_flowing_sand: Still growing, see the thread',
  resolved: ':white_check_mark: Resolved',
};

/** The message with its state on top; the text of the notification stays as it was. */
export function marked(message: SlackMessage, state: ReplyState): SlackMessage {
  return { text: message.text, blocks: [context(`*${MARKS[state]}*`), ...(message.blocks ?? [])] };
}

/** What a thread alone must not tell, because only those who were in it before are notified. */
export function isForAll(state: ReplyState): boolean {
  return state === 'worse';
}
