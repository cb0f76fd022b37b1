/** The SQS engine as a process of its own, so that a scenario can kill it: started by queue-process.ts. */
import process from 'node:process';
import { startLoopbackFauxqs } from '../../local/queue/loopback-fauxqs.ts';

const [port = '', dataDir = ''] = process.argv.slice(2);

// Whoever started it is gone: the other end of standard input has been closed.
process.stdin.on('end', () => process.exit(0)).resume();

await startLoopbackFauxqs({ port: Number(port), dataDir });
console.log('ready');
