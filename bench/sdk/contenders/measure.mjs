/**
 * Measures one contender in a process of its own: `node --expose-gc measure.mjs <contender> <calls>`. It runs in the folder
 * of the peers, where the contender's packages are.
 */
const WARM_UP = 5_000;
/** A server answers others between two calls; here, after so many. */
const BETWEEN_PAUSES = 50;

const [, , name, calls] = process.argv;
const { record, settle } = await (await import(`./${name}.mjs`)).start();

async function run(count) {
  for (let call = 1; call <= count; call += 1) {
    record(call);
    if (call % BETWEEN_PAUSES === 0) await new Promise(setImmediate);
  }
  return settle();
}

const heap = () => {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

const before = await run(WARM_UP);
const heapBefore = heap();
const startedAt = performance.now();
const delivered = (await run(Number(calls))) - before;
const elapsedMs = performance.now() - startedAt;
if (delivered !== Number(calls)) {
  throw new Error(`${name} delivered ${delivered} of ${calls} calls`);
}
console.log(
  JSON.stringify({
    microseconds: (elapsedMs * 1_000) / Number(calls),
    retained_bytes: (heap() - heapBefore) / Number(calls),
  }),
);
