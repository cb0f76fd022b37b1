/** An error that is its sentence alone. */

/**
 * A deploy that fails shows the trace after the message, and Lambda logs it: lines of a minified file, and here only where
 * the error was worded, not where it arose.
 */
export function plainError(sentence: string): Error {
  const error = new Error(sentence);
  error.stack = '';
  return error;
}
