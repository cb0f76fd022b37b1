/** What a recorded call says of its usage. */

/** What Anthropic's streams say of the output at their beginning, and the fake providers with them. */
const FIRST_OUTPUT_TOKENS = 1;

/** @returns undefined where it says nothing */
export function usageInWords(inputTokens, outputTokens) {
  if (!(inputTokens > 0)) return undefined;
  if (outputTokens === undefined) return 'input only';
  return outputTokens === FIRST_OUTPUT_TOKENS ? 'usage so far' : 'usage';
}
