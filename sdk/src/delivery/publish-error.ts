/** How the publisher tells of trouble: never by throwing into the app. */

/** A delivery failed, for now (`dropped` is 0) or for good. `cause` is the error behind it. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  /** Calls lost by it. */
  readonly dropped: number;

  constructor(message: string, dropped: number, cause: unknown) {
    super(message, { cause });
    this.dropped = dropped;
  }
}

export type OnError = (error: PublishError) => void;

const WARNING_INTERVAL_MS = 60_000;
/** Beyond these, what a message names is new each time. */
const MAX_SUBJECTS = 20;

/** The default: a warning on the console, one a minute of each subject, so that none hides another. */
export function warnOnConsole(): OnError {
  const told = new Set<string>();
  let endsAt = Number.NEGATIVE_INFINITY;
  return ({ message, cause }) => {
    const now = performance.now();
    if (now >= endsAt) {
      told.clear();
      endsAt = now + WARNING_INTERVAL_MS;
    }
    // How many calls it is about is another number each time.
    const subject = message.replace(/\d+( calls?)?/g, '');
    if (told.has(subject) || told.size >= MAX_SUBJECTS) return;
    told.add(subject);
    console.warn(
      `tricost: ${message}${cause instanceof Error ? ` (${cause.message || cause.name})` : ''}`,
    );
  };
}

/** The app's callback, made harmless: what it throws, or rejects with, stays here. */
export function contained(onError: OnError): OnError {
  return (error) => {
    try {
      Promise.resolve(onError(error)).catch(() => {});
    } catch {
      // There is nobody left to tell.
    }
  };
}
