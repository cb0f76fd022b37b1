/** Runs in a process of its own: a bundle's handler on each event of a file, and what each invocation took. */
import { readFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import { pathToFileURL } from 'node:url';

export interface InvocationCost {
  ms: number;
  cpuMs: number;
  /** Written to sockets: to Postgres, but for the first invocation's parameter. */
  sentBytes: number;
}

/** Beside standard output, which is the function's log. */
const REPORT_FD = 3;

const [, , bundle = '', events = ''] = process.argv;
const sockets = new Set<net.Socket>();
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (this: net.Socket, ...args: unknown[]) {
  sockets.add(this);
  return Reflect.apply(connect, this, args) as net.Socket;
};

const sent = () => [...sockets].reduce((sum, socket) => sum + (socket.bytesWritten ?? 0), 0);

const { handler } = (await import(pathToFileURL(bundle).href)) as {
  handler(event: unknown, context: unknown): Promise<{ batchItemFailures: unknown[] }>;
};
for (const line of readFileSync(events, 'utf8').split('\n').filter(Boolean)) {
  const event: unknown = JSON.parse(line);
  const [startedAt, cpu, sentBefore] = [performance.now(), process.cpuUsage(), sent()];
  const { batchItemFailures } = await handler(event, { getRemainingTimeInMillis: () => 60_000 });
  const { user, system } = process.cpuUsage(cpu);
  const cost: InvocationCost = {
    ms: performance.now() - startedAt,
    cpuMs: (user + system) / 1_000,
    sentBytes: sent() - sentBefore,
  };
  if (batchItemFailures.length > 0) throw new Error('the handler did not store the batch');
  writeSync(REPORT_FD, `${JSON.stringify(cost)}\n`);
}
// Its connection is warm.
process.exit(0);
