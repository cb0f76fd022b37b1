/** The parameter store of function tests, on loopback: GetParameters over the real wire protocol. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type LoopbackServer, listenOnLoopback } from './loopback-server.ts';

/** @param values may be changed while it runs */
export async function startParameterStore(values: Map<string, string>): Promise<LoopbackServer> {
  const server = createServer(async (request, response) => {
    const { Names: names } = JSON.parse(await text(request)) as { Names: string[] };
    const found = names.filter((name) => values.has(name));
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(
      JSON.stringify({
        Parameters: found.map((name) => ({
          Name: name,
          Type: 'SecureString',
          Value: values.get(name),
        })),
        InvalidParameters: names.filter((name) => !values.has(name)),
      }),
    );
  });
  return listenOnLoopback(server);
}
