/** Renders messages as HTML. Whatever came from outside passes through `escapeHtml`. */
import { escapeHtml } from '../../domain/escape-html.ts';
import type { Block, Button, SlackPayload, TextObject } from './block-kit.ts';
import { replaceEmoji } from './emoji.ts';
import { type MrkdwnNode, parseMrkdwn } from './mrkdwn.ts';

export function payloadToHtml({ text = '', blocks }: SlackPayload): string {
  if (blocks === undefined) return `<p>${mrkdwnToHtml(text)}</p>`;
  return blocks.map(blockToHtml).join('\n');
}

function blockToHtml(block: Block): string {
  switch (block.type) {
    case 'header':
      return `<h3>${textToHtml(block.text)}</h3>`;
    case 'section': {
      const text = block.text === undefined ? '' : `<p>${textToHtml(block.text)}</p>`;
      const fields = (block.fields ?? []).map((field) => `<div>${textToHtml(field)}</div>`);
      return text + (fields.length === 0 ? '' : `<div class="fields">${fields.join('')}</div>`);
    }
    case 'context':
      return `<p class="context">${block.elements.map(textToHtml).join(' ')}</p>`;
    case 'actions':
      return `<p class="actions">${block.elements.map(buttonToHtml).join(' ')}</p>`;
    case 'divider':
      return '<hr>';
  }
}

function textToHtml({ type, text }: TextObject): string {
  // Plain text knows emoji and nothing else; a backtick in it is just a character.
  return type === 'mrkdwn' ? mrkdwnToHtml(text) : lines(escapeHtml(replaceEmoji(text)));
}

function buttonToHtml({ text, url }: Button): string {
  return linkToHtml(url ?? '', textToHtml(text), 'button');
}

function mrkdwnToHtml(source: string): string {
  return parseMrkdwn(source).map(nodeToHtml).join('');
}

function nodeToHtml(node: MrkdwnNode): string {
  switch (node.type) {
    case 'text':
      return lines(escapeHtml(node.text));
    case 'code':
      return `<code>${escapeHtml(node.text)}</code>`;
    case 'pre':
      return `<pre>${escapeHtml(node.text)}</pre>`;
    case 'mention':
      return `<mark>${escapeHtml(node.text)}</mark>`;
    case 'link':
      return linkToHtml(node.url, escapeHtml(node.text));
    case 'bold':
      return `<b>${node.children.map(nodeToHtml).join('')}</b>`;
    case 'italic':
      return `<i>${node.children.map(nodeToHtml).join('')}</i>`;
    case 'strike':
      return `<s>${node.children.map(nodeToHtml).join('')}</s>`;
  }
}

/** Addresses of other kinds, such as `javascript:`, stay text. */
function linkToHtml(url: string, label: string, className?: 'button'): string {
  const attributes = className === undefined ? '' : ` class="${className}"`;
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return `<span${attributes}>${label}</span>`;
  return `<a${attributes} href="${escapeHtml(url)}" target="_blank" rel="noreferrer noopener">${label}</a>`;
}

function lines(html: string): string {
  return html.replaceAll('\n', '<br>');
}
