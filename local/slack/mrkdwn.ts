/** Reads Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text */
import { replaceEmoji } from './emoji.ts';

export type MrkdwnNode =
  | { type: 'text' | 'code' | 'pre' | 'mention'; text: string }
  | { type: 'link'; url: string; text: string }
  | { type: 'bold' | 'italic' | 'strike'; children: MrkdwnNode[] };

const EMPHASIS = { '*': 'bold', _: 'italic', '~': 'strike' } as const;

/** In order: preformatted, code, `<…>`, `:emoji:`, and emphasis, which must stand alone between words. */
const TOKEN =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|(?<![\p{L}\p{N}])([*_~])(?=\S)((?:(?!\5)[^\n])+?)(?<=\S)\5(?![\p{L}\p{N}])/gu;

export function parseMrkdwn(source: string): MrkdwnNode[] {
  const nodes: MrkdwnNode[] = [];
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index > end) nodes.push(textNode(source.slice(end, match.index)));
    end = match.index + match[0].length;
    nodes.push(toNode(match));
  }
  if (end < source.length) nodes.push(textNode(source.slice(end)));
  return nodes;
}

function toNode([whole, pre, code, angle, shortcode, mark, inner]: RegExpExecArray): MrkdwnNode {
  if (pre !== undefined) return { type: 'pre', text: decodeEntities(pre) };
  if (code !== undefined) return { type: 'code', text: decodeEntities(code) };
  if (angle !== undefined) return parseAngle(angle);
  if (shortcode !== undefined) return { type: 'text', text: replaceEmoji(whole) };
  return { type: EMPHASIS[mark as keyof typeof EMPHASIS], children: parseMrkdwn(inner ?? '') };
}

/** `<https://…|label>`, or a mention such as `<!channel>`, which calls people and so must not look like text. */
function parseAngle(content: string): MrkdwnNode {
  const [target = '', label] = content.split(/\|(.*)/s);
  if (/^[@#!]/.test(target)) {
    return { type: 'mention', text: `@${decodeEntities(label ?? target.slice(1))}` };
  }
  const url = decodeEntities(target);
  return { type: 'link', url, text: label === undefined ? url : decodeEntities(label) };
}

function textNode(text: string): MrkdwnNode {
  return { type: 'text', text: decodeEntities(text) };
}

/** mrkdwn has these three entities and no others. */
function decodeEntities(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
