/** Answers as OpenAI does: Chat Completions, Responses, embeddings. https://platform.openai.com/docs/api-reference */
import {
  ANSWER_ID,
  eventStream,
  type FakeReply,
  type FakeRequest,
  json,
  TEXT,
  WORDS,
} from './fake-reply.ts';

export const OPENAI_CHAT_USAGE = {
  prompt_tokens: 1_000,
  completion_tokens: 50,
  total_tokens: 1_050,
  prompt_tokens_details: { cached_tokens: 600, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 0 },
};

export const OPENAI_RESPONSES_USAGE = {
  input_tokens: 1_000,
  input_tokens_details: { cached_tokens: 300 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 1_050,
};

export const OPENAI_EMBEDDINGS_USAGE = { prompt_tokens: 8, total_tokens: 8 };

const MODEL = 'gpt-5.4-2026-03-05';
const TOOL_CALL = {
  id: 'call_1',
  type: 'function',
  function: { name: 'look_up', arguments: '{}' },
};

export function answerAsOpenAi({ path, body }: FakeRequest): FakeReply | undefined {
  if (path.endsWith('/chat/completions')) return chat(body);
  if (path.endsWith('/responses')) return responses(body);
  if (path.endsWith('/embeddings')) return embeddings(body);
  return undefined;
}

function chat(body: FakeRequest['body']): FakeReply {
  const base = {
    ...{ id: `chatcmpl-${ANSWER_ID}`, created: 1_790_000_000 },
    ...{ model: MODEL, service_tier: 'default' },
  };
  const usesTool = Array.isArray(body['tools']) && !isAnswered(body['messages']);
  const reason = usesTool ? 'tool_calls' : 'stop';
  if (body['stream'] !== true) {
    const content = body['response_format'] === undefined ? TEXT : JSON.stringify({ word: TEXT });
    const said = usesTool ? { content: null, tool_calls: [TOOL_CALL] } : { content };
    const message = { role: 'assistant', refusal: null, ...said };
    const choices = [{ index: 0, message, finish_reason: reason, logprobs: null }];
    return json({ ...base, object: 'chat.completion', choices, usage: OPENAI_CHAT_USAGE });
  }
  const options = body['stream_options'];
  const hasUsage =
    typeof options === 'object' &&
    options !== null &&
    'include_usage' in options &&
    options.include_usage === true;
  const chunk = (choices: object[], usage: object | null) => ({
    ...{ ...base, object: 'chat.completion.chunk', choices },
    ...(hasUsage ? { usage } : {}),
  });
  const choice = (delta: object, finish_reason: string | null) => [
    { index: 0, delta, finish_reason },
  ];
  const deltas: object[] = usesTool
    ? [{ tool_calls: [{ index: 0, ...TOOL_CALL }] }]
    : WORDS.map((content) => ({ content }));
  const stream = eventStream([
    chunk(choice({ role: 'assistant', content: '' }, null), null),
    ...deltas.map((delta) => chunk(choice(delta, null), null)),
    chunk(choice({}, reason), null),
    ...(hasUsage ? [chunk([], OPENAI_CHAT_USAGE)] : []),
  ]);
  return { ...stream, pieces: [...stream.pieces, 'data: [DONE]\n\n'] };
}

function isAnswered(messages: unknown): boolean {
  return Array.isArray(messages) && messages.some(({ role }) => role === 'tool');
}

function responses(body: FakeRequest['body']): FakeReply {
  const part = { type: 'output_text', text: TEXT, annotations: [], logprobs: [] };
  const item = { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' };
  const response = {
    ...{ id: `resp_${ANSWER_ID}`, object: 'response', status: 'completed' },
    created_at: 1_790_000_000,
    ...{ model: MODEL, service_tier: 'flex', parallel_tool_calls: true, tools: [], error: null },
    ...{ output: [{ ...item, content: [part] }], usage: OPENAI_RESPONSES_USAGE },
    ...{ instructions: null, metadata: {}, incomplete_details: null, tool_choice: 'auto' },
  };
  if (body['stream'] !== true) return json(response);
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  const events = [
    { type: 'response.created', response: begun },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    ...WORDS.map((delta) => ({
      type: 'response.output_text.delta',
      ...place,
      delta,
      logprobs: [],
    })),
    { type: 'response.output_text.done', ...place, text: TEXT, logprobs: [] },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: 0, item: { ...item, content: [part] } },
    { type: 'response.completed', response },
  ];
  return eventStream(
    events.map((event, sequence_number) => ({ ...event, sequence_number })),
    { name: true },
  );
}

function embeddings(body: FakeRequest['body']): FakeReply {
  const floats = [0.25, -0.5];
  const base64 = Buffer.from(new Float32Array(floats).buffer).toString('base64');
  const embedding = body['encoding_format'] === 'base64' ? base64 : floats;
  const data = [{ object: 'embedding', index: 0, embedding }];
  const model = 'text-embedding-3-small';
  return json({ object: 'list', data, model, usage: OPENAI_EMBEDDINGS_USAGE });
}
