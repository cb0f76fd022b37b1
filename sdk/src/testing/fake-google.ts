/** Answers as the Gemini API does. https://ai.google.dev/api/generate-content */
import {
  ANSWER_ID,
  eventStream,
  type FakeReply,
  type FakeRequest,
  json,
  TEXT,
  WORDS,
} from './fake-reply.ts';

export const GEMINI_USAGE = {
  promptTokenCount: 1_000,
  cachedContentTokenCount: 400,
  candidatesTokenCount: 50,
  thoughtsTokenCount: 20,
  totalTokenCount: 1_070,
};

const EMBEDDING = { values: [0.25, -0.5] };

export function answerAsGoogle({ path, body }: FakeRequest): FakeReply | undefined {
  const usesTool = Array.isArray(body['tools']) && !isAnswered(body['contents']);
  // Without usage, as the Gemini API's embeddings are.
  if (path.endsWith(':embedContent')) return json({ embedding: EMBEDDING });
  if (path.endsWith(':batchEmbedContents')) return json({ embeddings: [EMBEDDING] });
  if (path.endsWith(':generateContent')) {
    return json(chunk(usesTool ? TOOL_USE : { text: TEXT }, 50, true));
  }
  if (path.endsWith(':streamGenerateContent')) {
    if (usesTool) return eventStream([chunk(TOOL_USE, 50, true)]);
    // Each has the sums so far.
    const step = 50 / WORDS.length;
    const chunks = WORDS.map((word, index) =>
      chunk({ text: word }, Math.round((index + 1) * step), index === WORDS.length - 1),
    );
    return eventStream(chunks);
  }
  return undefined;
}

const TOOL_USE = { functionCall: { name: 'look_up', args: {} } };

function chunk(part: object, candidatesTokenCount: number, isLast: boolean): object {
  const { promptTokenCount, thoughtsTokenCount } = GEMINI_USAGE;
  const totalTokenCount = promptTokenCount + thoughtsTokenCount + candidatesTokenCount;
  const content = { role: 'model', parts: [part] };
  return {
    candidates: [{ content, index: 0, ...(isLast ? { finishReason: 'STOP' } : {}) }],
    usageMetadata: { ...GEMINI_USAGE, candidatesTokenCount, totalTokenCount },
    modelVersion: 'gemini-3-pro-001',
    responseId: `gemini-${ANSWER_ID}`,
  };
}

function isAnswered(contents: unknown): boolean {
  const parts = Array.isArray(contents) ? contents.flatMap(({ parts }) => parts) : [];
  return parts.some((part) => part?.functionResponse !== undefined);
}
