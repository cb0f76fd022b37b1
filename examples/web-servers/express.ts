/** An Express app whose calls carry the user of the request. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express from 'express';
import { reply, summarise } from './support.ts';
import { tricost } from './tricost.ts';

export const app = express();
app.use(express.json());
// After whatever says who the user is; all that a request does from here on has the tags.
app.use((request, _response, next) => {
  tricost.withTags({ userId: request.get('x-user-id') ?? null }, next);
});

app.post('/reply', async (request, response) => {
  response.json({ reply: await reply(request.body.text) });
});

app.post('/summary', async (request, response) => {
  await pipeline(Readable.from(summarise(request.body.text)), response);
});
