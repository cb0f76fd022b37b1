/** The part of Slack's Block Kit that tricost writes (https://docs.slack.dev/reference/block-kit/blocks). */

export interface Mrkdwn {
  type: 'mrkdwn';
  text: string;
}

interface PlainText {
  type: 'plain_text';
  text: string;
}

export interface Section {
  type: 'section';
  text?: Mrkdwn | PlainText;
  fields?: Mrkdwn[];
}

export interface Context {
  type: 'context';
  elements: Mrkdwn[];
}

export interface Actions {
  type: 'actions';
  elements: { type: 'button'; text: PlainText; url: string }[];
}

export interface SlackMessage {
  /** What a notification and a screen reader say. */
  text: string;
  blocks: (Section | Context | Actions)[];
}

/** Characters of one section's text. */
export const SECTION_TEXT_LIMIT = 3_000;

/**
 * Characters of all blocks as JSON. Slack documents no such limit but refuses about 13,200 with `msg_blocks_too_long`
 * (https://github.com/slackapi/bolt-js/issues/2509).
 */
export const BLOCKS_LENGTH_LIMIT = 12_000;

export function mrkdwn(text: string): Mrkdwn {
  return { type: 'mrkdwn', text };
}

export function section(text: string): Section {
  return { type: 'section', text: mrkdwn(text) };
}

/** For sentences that others have a word in: Slack renders nothing of it. */
export function plainSection(sentence: string): Section {
  return { type: 'section', text: { type: 'plain_text', text: sentence } };
}

export function context(text: string): Context {
  return { type: 'context', elements: [mrkdwn(text)] };
}

/** A row with one button that opens an address. */
export function linkButton(label: string, url: string): Actions {
  return {
    type: 'actions',
    elements: [{ type: 'button', text: { type: 'plain_text', text: label }, url }],
  };
}
