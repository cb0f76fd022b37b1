/** The same without input and output, which tricost never takes either. */
import { startLangfuse } from './start-langfuse.mjs';

export const start = () => startLangfuse({ withContent: false });
