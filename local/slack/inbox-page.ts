/** The inbox as a page: newest message first, readable on a phone, in light and dark. */
import { escapeHtml } from '../../domain/escape-html.ts';
import { payloadToHtml } from './html.ts';
import type { InboxMessage } from './inbox.ts';

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#ddd, #444); --soft: light-dark(#616061, #ababad);
  --code: light-dark(#e01e5a, #e8912d); --link: light-dark(#1264a3, #4aa3e0); --back: light-dark(#fff, #1a1d21); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; background: var(--back); }
header { border-bottom: 1px solid var(--line); margin-bottom: 1rem; }
h1 { font-size: 1.1rem; margin: 0 0 .5rem; } h3 { margin: .5rem 0; }
article { border-bottom: 1px solid var(--line); padding: .25rem 0 1rem; overflow-wrap: anywhere; }
article > article { border: 0; border-left: 3px solid var(--line); margin: .5rem 0 0; padding: 0 0 0 .75rem; }
article > time { color: var(--soft); font-size: .85rem; }
p { margin: .4rem 0; } a { color: var(--link); }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .5rem 1rem; margin: .5rem 0; }
.context, .empty { color: var(--soft); font-size: .85rem; }
code, pre { font: .9em ui-monospace, monospace; border: 1px solid var(--line); border-radius: 4px; }
code { color: var(--code); padding: 0 .2em; } pre { padding: .5rem; white-space: pre-wrap; }
mark { background: #f2c74466; color: inherit; border-radius: 3px; padding: 0 .2em; }
hr { border: 0; border-top: 1px solid var(--line); }
.button { display: inline-block; border: 1px solid var(--line); border-radius: 4px; padding: .25rem .75rem; text-decoration: none; }
`;

/** Loads the page again when a message has come, or was changed. */
const SCRIPT = `
const shown = Number(document.body.dataset.count);
const count = (messages) => messages.reduce((sum, { changes = 0 }) => sum + 1 + changes, 0);
setInterval(async () => {
  const messages = await fetch('/messages').then((response) => response.json()).catch(() => undefined);
  if (messages !== undefined && count(messages) !== shown) location.reload();
}, 2000);
`;

/** @param nonce of the page's Content-Security-Policy, which lets no other script run */
export function inboxPage(messages: readonly InboxMessage[], nonce: string): string {
  const articles = messages
    .filter(({ bot }) => bot?.threadTs === undefined)
    .map((message) => article(message, repliesTo(message, messages)));
  const count = messages.reduce((sum, { changes = 0 }) => sum + 1 + changes, 0);
  const empty = '<p class="empty">No message yet. An alert would appear here.</p>';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slack inbox · tricost</title>
<style>${STYLE}</style>
</head>
<body data-count="${count}">
<header><h1>Slack inbox of your local tricost</h1></header>
<main>${articles.reverse().join('\n') || empty}</main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
}

function repliesTo({ bot }: InboxMessage, messages: readonly InboxMessage[]): InboxMessage[] {
  if (bot === undefined) return [];
  return messages.filter((reply) => {
    return reply.bot?.threadTs === bot.ts && reply.bot.channel === bot.channel;
  });
}

function article({ receivedAt, payload, bot }: InboxMessage, replies: InboxMessage[] = []): string {
  const time = `${receivedAt.replace('T', ' ').slice(0, 19)} UTC`;
  const where = bot === undefined ? '' : ` · ${bot.channel}${bot.isBroadcast ? ', too' : ''}`;
  return `<article>
<time datetime="${escapeHtml(receivedAt)}">${escapeHtml(time + where)}</time>
${payloadToHtml(payload)}
${replies.map((reply) => article(reply)).join('\n')}
</article>`;
}
