/** A route of Next.js that streams: the tags hold for what is called later, too. */
import { summarise } from '../../../lib/support.ts';
import { tricost } from '../../../lib/tricost.ts';

export async function POST(request: Request): Promise<Response> {
  const { text } = (await request.json()) as { text: string };
  const words = summarise(text);
  const encoder = new TextEncoder();
  const next = tricost.bindTags({ userId: request.headers.get('x-user-id') }, () => words.next());
  return new Response(
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: () => void words.return(undefined),
    }),
  );
}
