/** Renders messages as plain text, for a terminal. */
import type { Block, SlackPayload, TextObject } from './block-kit.ts';
import { replaceEmoji } from './emoji.ts';
import { type MrkdwnNode, parseMrkdwn } from './mrkdwn.ts';

export function payloadToText({ text = '', blocks }: SlackPayload): string {
  if (blocks === undefined) return safe(mrkdwnToText(text));
  return safe(blocks.map(blockToText).join('\n'));
}

function blockToText(block: Block): string {
  switch (block.type) {
    case 'header':
      return textToText(block.text);
    case 'section': {
      const text = block.text === undefined ? [] : [textToText(block.text)];
      // A field is a label and a value on two lines.
      const fields = (block.fields ?? []).map((field) => textToText(field).replace('\n', ': '));
      return [...text, ...fields.map((field) => `  ${field}`)].join('\n');
    }
    case 'context':
      return block.elements.map(textToText).join(' ');
    case 'actions':
      return block.elements.map(({ text, url = '' }) => `[${text.text}] ${url}`).join('  ');
    case 'divider':
      return '―――';
  }
}

function textToText({ type, text }: TextObject): string {
  return type === 'mrkdwn' ? mrkdwnToText(text) : replaceEmoji(text);
}

function mrkdwnToText(source: string): string {
  return parseMrkdwn(source).map(nodeToText).join('');
}

function nodeToText(node: MrkdwnNode): string {
  if ('children' in node) return node.children.map(nodeToText).join('');
  if (node.type === 'link') return node.text === node.url ? node.url : `${node.text} (${node.url})`;
  return node.text;
}

/** A name from outside must not move the cursor or change the colours of the terminal. */
function safe(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '');
}
