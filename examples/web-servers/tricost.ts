/** What the calls of this app are published with; the queue is TRICOST_QUEUE_URL. A feature that is not in the list is a type error. */
import { createTricost } from 'tricost';

export const tricost = createTricost({ features: ['support.reply', 'support.summary'] });
