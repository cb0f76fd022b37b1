/** Results of a batch one by one, in whatever form the app has them. */

/** A file's text, its lines, or the results, at once or as they come. */
export type BatchResults = string | Iterable<unknown> | AsyncIterable<unknown>;

/** @throws SyntaxError for a line that is no JSON, and what the results themselves throw */
export async function* batchResults(results: BatchResults): AsyncGenerator<unknown> {
  const lines = typeof results === 'string' ? results.split('\n') : results;
  for await (const line of lines) {
    if (typeof line !== 'string') yield line;
    else if (line.trim() !== '') yield JSON.parse(line);
  }
}
