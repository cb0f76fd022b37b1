/** What the calls of this app are published with; the queue is TRICOST_QUEUE_URL. A feature that is not in the list is a type error. */
import { after } from 'next/server';
import { createTricost } from 'tricost';

export const tricost = createTricost({
  features: ['support.reply', 'support.summary'],
  // A function is frozen when it has answered: Next.js keeps it awake until the calls have arrived.
  waitUntil: (sent) => after(() => sent),
});
