/** A generation of Langfuse's SDK with its input and output, as its OpenAI integration records them. */
import { startLangfuse } from './start-langfuse.mjs';

export const start = () => startLangfuse({ withContent: true });
