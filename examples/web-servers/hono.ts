/** A Hono app whose calls carry the user of the request. */
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { reply, summarise } from './support.ts';
import { tricost } from './tricost.ts';

export const app = new Hono();
// After whatever says who the user is; all that a request does from here on has the tags.
app.use((context, next) =>
  tricost.withTags({ userId: context.req.header('x-user-id') ?? null }, next),
);

app.post('/reply', async (context) => {
  const { text } = await context.req.json();
  return context.json({ reply: await reply(text) });
});

app.post('/summary', async (context) => {
  const { text } = await context.req.json();
  return stream(context, async (answer) => {
    for await (const word of summarise(text)) await answer.write(word);
  });
});
