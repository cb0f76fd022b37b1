/** A Fastify app whose calls carry the user of the request. */
import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { reply, summarise } from './support.ts';
import { tricost } from './tricost.ts';

interface Support {
  Body: { text: string };
}

export const app = Fastify();
// The last hook before the handler: reading the body in between would lose the tags.
app.addHook('preHandler', (request, _reply, done) => {
  const userId = request.headers['x-user-id'];
  tricost.withTags({ userId: typeof userId === 'string' ? userId : null }, done);
});
// What the last requests published is sent before the process ends.
app.addHook('onClose', () => tricost.shutdown());

app.post<Support>('/reply', async ({ body }) => ({ reply: await reply(body.text) }));

app.post<Support>('/summary', ({ body }, response) =>
  response.type('text/plain').send(Readable.from(summarise(body.text))),
);
