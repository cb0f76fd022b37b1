/** A route of Next.js whose calls carry the user of the request. */
import { reply } from '../../../lib/support.ts';
import { tricost } from '../../../lib/tricost.ts';

export async function POST(request: Request): Promise<Response> {
  const { text } = (await request.json()) as { text: string };
  const userId = request.headers.get('x-user-id');
  return tricost.withTags({ userId }, async () => Response.json({ reply: await reply(text) }));
}
