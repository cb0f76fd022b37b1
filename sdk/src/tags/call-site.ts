/** Where in the app a call was made: found by the stack, through the provider's SDK and the awaits between. */
import { fileURLToPath } from 'node:url';

/** An agent's loop in the AI SDK is twenty frames deep. */
const MAX_FRAMES = 60;
const FOREIGN = /[\\/]node_modules[\\/]|\(?node:|native code|<anonymous>/;

export interface CallSite {
  /** File, line and column; undefined where the stack does not reach the app. */
  at?: string;
  /** The same for every call on the same way through the app. In a bundle each frame is the app's, so the first alone would not do. */
  key: string;
}

/** Never throws. */
export function findCallSite(): CallSite {
  try {
    const frames = stackFrames().filter((line) => !FOREIGN.test(line) && !isOwn(line));
    const at = /(?:\(|at (?:async )?)([^()]+:\d+:\d+)\)?$/.exec(frames[0] ?? '')?.[1];
    return { ...(at === undefined ? {} : { at }), key: frames.join('\n') };
  } catch {
    // Intrinsics may be frozen.
    return { key: '' };
  }
}

function stackFrames(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_FRAMES;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
}

/** This package may lie outside node_modules, in a monorepo: as its sources, or built. Loaders that compile modules name them by path. */
function isOwn(frame: string): boolean {
  const here: string | undefined = import.meta.url;
  // In a bundle the app is in this file, too.
  if (here === undefined || !/\/src\/(tags\/call-site|shared\/core)\.[jt]s$/.test(here))
    return false;
  const folder = new URL('../', here);
  return frame.includes(folder.href) || frame.includes(fileURLToPath(folder));
}
