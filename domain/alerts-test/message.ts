/** The message of `tricost alerts test`: says that it is a test, and nothing of whoever sent it. */
import { codeSpan } from '../slack/escape.ts';
import { context, type SlackMessage, section } from '../slack/message.ts';

/** @param stack name of the stack on AWS; undefined: the local one */
export function testMessage(stack: string | undefined): SlackMessage {
  const text = ':white_check_mark: This is a test: alerts of tricost reach this channel';
  const whose = stack === undefined ? 'the local stack' : `stack ${codeSpan(stack)}`;
  return {
    text,
    blocks: [
      section(text),
      context(`Sent by ${whose} with tricost alerts test · no spend has changed`),
    ],
  };
}
