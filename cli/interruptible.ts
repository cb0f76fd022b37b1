/** Ctrl-C during work that must not stop between two steps: what is in hand is finished first. */

/**
 * @param work ends soon after `stopped` aborts, which the first Ctrl-C does; the second one ends the process at once
 * @param reason that `stopped` gives
 */
export async function interruptible<Result>(
  work: (stopped: AbortSignal) => Promise<Result>,
  reason?: Error,
): Promise<Result> {
  const stopped = new AbortController();
  const onSignal = (): void => {
    process.stderr.write('finishing what is in hand; Ctrl-C once more stops at once\n');
    process.exitCode = 130;
    stopped.abort(reason);
  };
  process.once('SIGINT', onSignal);
  try {
    return await work(stopped.signal);
  } finally {
    process.off('SIGINT', onSignal);
  }
}
