/** The blocks that the inbox knows: https://docs.slack.dev/reference/block-kit/blocks */

export interface TextObject {
  type: 'plain_text' | 'mrkdwn';
  text: string;
}

export interface Button {
  type: 'button';
  text: TextObject;
  url?: string;
}

export type Block =
  | { type: 'header'; text: TextObject }
  | { type: 'section'; text?: TextObject; fields?: TextObject[] }
  | { type: 'context'; elements: TextObject[] }
  | { type: 'actions'; elements: Button[] }
  | { type: 'divider' };

export interface SlackPayload {
  text?: string;
  blocks?: Block[];
}
