/** Moves a batch of messages to another queue: sent first, then deleted, so that no moment is without them. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { deleteMessages, type MessageInHand, receiveMessages } from './receive-messages.ts';
import { sendMessages } from './send-messages.ts';

export interface MovedBatch {
  /** How many messages came; none: nothing is left that is visible. */
  received: number;
  moved: number;
  /** Sent but not deleted: they are there twice. */
  doubled: number;
  /** Not taken by the other queue; still in hand. */
  refused: { message: MessageInHand; reason: string }[];
}

/** Enough for both requests with all the retries of the client. */
const VISIBILITY_SECONDS = 120;

/**
 * A process that dies between the two requests leaves the batch in both queues.
 *
 * @param limit at most so many, and at most ten
 * @param bodyOf what to send for a message; its attributes are kept
 */
export async function moveBatch(
  sqs: SQSClient,
  queues: { from: string; to: string },
  limit: number,
  bodyOf: (message: MessageInHand) => string,
): Promise<MovedBatch> {
  const messages = await receiveMessages(sqs, queues.from, {
    limit,
    visibilitySeconds: VISIBILITY_SECONDS,
  });
  const refusals = await sendMessages(
    sqs,
    queues.to,
    messages.map((message) => ({ ...message, body: bodyOf(message) })),
  );
  const sent = messages.filter((_, index) => refusals[index] === undefined);
  const doubled = await deleteMessages(sqs, queues.from, sent);
  return {
    received: messages.length,
    moved: sent.length,
    doubled,
    refused: messages.flatMap((message, index) => {
      const reason = refusals[index];
      return reason === undefined ? [] : [{ message, reason }];
    }),
  };
}
