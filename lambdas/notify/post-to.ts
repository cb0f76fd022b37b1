/** Posts one message of the outbox in the words of where it goes. */
import type { PostResult } from '../../adapters/http/post-result.ts';
import type { OutboxMessage } from '../../adapters/postgres/outbox.ts';
import { postMessage, type SlackBot, updateMessage } from '../../adapters/slack/bot.ts';
import { postWebhook } from '../../adapters/slack/post-webhook.ts';
import { postSigned } from '../../adapters/webhook/post-signed.ts';
import type { Destination } from '../../domain/notify/destination.ts';
import { isForAll, marked } from '../../domain/notify/reply-state.ts';
import { webhookEvent, webhookId } from '../../domain/notify/webhook-event.ts';

export async function postTo(
  destination: Destination,
  message: OutboxMessage,
): Promise<PostResult> {
  const now = new Date();
  switch (destination.kind) {
    case 'slack-webhook':
      return postWebhook(destination.url, message.payload, now);
    case 'signed-webhook': {
      const { url, key } = destination;
      return postSigned(url, key, { id: webhookId(message), event: webhookEvent(message), now });
    }
    case 'slack-bot':
      return postAsBot(destination, destination.channel, message);
  }
}

/** First the mark, which may be set twice; then the reply, which must not be posted twice. */
async function postAsBot(
  bot: SlackBot,
  channel: string,
  message: OutboxMessage,
): Promise<PostResult> {
  const { payload, replyState, openingPayload, openingSlack } = message;
  // The team may have moved to another channel since.
  const isInThread = openingSlack !== null && openingSlack.channel === channel;
  if (!isInThread || openingPayload === null || replyState === null) {
    return postMessage(bot, channel, payload, undefined, new Date());
  }
  const update = await updateMessage(
    bot,
    openingSlack,
    marked(openingPayload, replyState),
    new Date(),
  );
  if (update.state === 'retry') return update;
  if (update.state === 'permanent') console.error(`could not mark a message: ${update.reason}`);
  const thread = { ts: openingSlack.ts, broadcast: isForAll(replyState) };
  return postMessage(bot, channel, payload, thread, new Date());
}
