/**
 * Judges a payload as Slack's incoming webhooks do, with their error codes.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and, for the limits, the page of each block:
 * https://docs.slack.dev/reference/block-kit/blocks
 */
import type { SlackPayload } from './block-kit.ts';

export type PayloadError =
  | 'invalid_payload'
  | 'no_text'
  | 'invalid_blocks'
  | 'msg_blocks_too_long'
  | 'msg_too_long'
  | 'too_many_attachments';

const LIMITS = {
  text: 40_000,
  attachments: 100,
  blocks: 50,
  /** Not documented: https://github.com/slackapi/bolt-js/issues/2509 */
  blocksLength: 13_200,
  blockId: 255,
  header: 150,
  sectionText: 3_000,
  fields: 10,
  fieldText: 2_000,
  contextElements: 10,
  contextText: 2_000,
  actions: 25,
  buttonText: 75,
  buttonUrl: 3_000,
} as const;

type Json = Record<string, unknown>;

/** The payload, or the code that Slack answers with status 400. */
export function checkPayload(body: string): { payload: SlackPayload } | { error: PayloadError } {
  const payload = parse(body);
  if (payload === undefined) return { error: 'invalid_payload' };
  const { text, blocks, attachments } = payload;
  if (text !== undefined && typeof text !== 'string') return { error: 'invalid_payload' };
  if (blocks !== undefined && !areBlocks(blocks)) return { error: 'invalid_blocks' };
  if (Array.isArray(attachments) && attachments.length > LIMITS.attachments) {
    return { error: 'too_many_attachments' };
  }
  if (!text && blocks === undefined && attachments === undefined) return { error: 'no_text' };
  if ((text ?? '').length > LIMITS.text) return { error: 'msg_too_long' };
  if (JSON.stringify(blocks ?? []).length > LIMITS.blocksLength) {
    return { error: 'msg_blocks_too_long' };
  }
  return { payload: payload as SlackPayload };
}

function areBlocks(blocks: unknown): boolean {
  return (
    isList(blocks, LIMITS.blocks) && blocks.every((block) => isObject(block) && isBlock(block))
  );
}

function isBlock(block: Json): boolean {
  const { block_id: blockId = '', text, fields, elements } = block;
  if (typeof blockId !== 'string' || blockId.length > LIMITS.blockId) return false;
  switch (block['type']) {
    case 'header':
      return isText(text, LIMITS.header, ['plain_text']);
    case 'section':
      return (
        (text !== undefined || fields !== undefined) &&
        (text === undefined || isText(text, LIMITS.sectionText)) &&
        (fields === undefined ||
          (isList(fields, LIMITS.fields) &&
            fields.every((field) => isText(field, LIMITS.fieldText))))
      );
    case 'context':
      return (
        isList(elements, LIMITS.contextElements) &&
        elements.every((element) => isText(element, LIMITS.contextText))
      );
    case 'actions':
      return isList(elements, LIMITS.actions) && elements.every(isButton);
    case 'divider':
      return true;
    default:
      // Slack has more blocks; the inbox cannot show them, so a message with one must not pass unseen.
      return false;
  }
}

function isButton(element: unknown): boolean {
  if (!isObject(element) || element['type'] !== 'button') return false;
  const { url } = element;
  return (
    isText(element['text'], LIMITS.buttonText, ['plain_text']) &&
    (url === undefined ||
      (typeof url === 'string' && url.length <= LIMITS.buttonUrl && URL.canParse(url)))
  );
}

function isText(value: unknown, limit: number, types = ['plain_text', 'mrkdwn']): boolean {
  if (!isObject(value)) return false;
  const { type, text } = value;
  return (
    types.includes(String(type)) &&
    typeof text === 'string' &&
    text.length > 0 &&
    text.length <= limit
  );
}

function isList(value: unknown, limit: number): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.length <= limit;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(body: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
