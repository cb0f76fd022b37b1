/** Answers as the Gemini API does. https://ai.google.dev/api/generate-content */
import { eventStream, type FakeReply, type FakeRequest, json, TEXT, WORDS } from './fake-reply.ts';

export const GEMINI_USAGE = {
  promptTokenCount: 1_000,
  cachedContentTokenCount: 400,
  candidatesTokenCount: 50,
  thoughtsTokenCount: 20,
  totalTokenCount: 1_070,
};

export function answerAsGoogle({ path }: FakeRequest): FakeReply | undefined {
  if (path.endsWith(':generateContent')) return json(chunk(TEXT, 50, true));
  if (path.endsWith(':streamGenerateContent')) {
    // Each has the sums so far.
    const step = 50 / WORDS.length;
    const chunks = WORDS.map((word, index) =>
      chunk(word, Math.round((index + 1) * step), index === WORDS.length - 1),
    );
    return eventStream(chunks);
  }
  return undefined;
}

function chunk(text: string, candidatesTokenCount: number, isLast: boolean): object {
  const { promptTokenCount, thoughtsTokenCount } = GEMINI_USAGE;
  const totalTokenCount = promptTokenCount + thoughtsTokenCount + candidatesTokenCount;
  const content = { role: 'model', parts: [{ text }] };
  return {
    candidates: [{ content, index: 0, ...(isLast ? { finishReason: 'STOP' } : {}) }],
    usageMetadata: { ...GEMINI_USAGE, candidatesTokenCount, totalTokenCount },
    modelVersion: 'gemini-3-pro-001',
    responseId: 'gemini-1',
  };
}
