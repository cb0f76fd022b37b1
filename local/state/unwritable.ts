/** What to say of a log that takes no more lines, most often because the disk is full. */
export function unwritable(path: string, error: Error): string {
  return `${path} cannot be written (${error.message}): make room on its disk and start again`;
}
