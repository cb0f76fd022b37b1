/**
 * Milliseconds to load what `import … from 'tricost'` loads, in a process of its own: `node import-time.mjs`, or, with
 * `after-node`, when the modules of Node that it uses are there already, as in any app that has opened a TLS connection.
 */
if (process.argv[2] === 'after-node') {
  await Promise.all(['crypto', 'fs', 'path', 'util'].map((name) => import(`node:${name}`)));
}
const startedAt = performance.now();
await import('tricost');
console.log(performance.now() - startedAt);
