/** Preloaded into a process whose clock a scenario may put forward: `Date` runs ahead by the milliseconds in a file. */
import { readFileSync } from 'node:fs';
import process from 'node:process';

const file = process.env['TRICOST_SOAK_CLOCK_FILE'] ?? '';
const RealDate = Date;

/** Timers and monotonic clocks stay real: what is simulated is how late it is, not how long something takes. */
function now(): number {
  return RealDate.now() + Number(readFileSync(file, 'utf8'));
}

globalThis.Date = new Proxy(RealDate, {
  apply: () => new RealDate(now()).toString(),
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});
