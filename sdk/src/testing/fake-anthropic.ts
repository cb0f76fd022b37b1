/** Answers as Anthropic does. https://platform.claude.com/docs/en/api/messages */
import {
  ANSWER_ID,
  eventStream,
  type FakeReply,
  type FakeRequest,
  json,
  TEXT,
  WORDS,
} from './fake-reply.ts';

export const ANTHROPIC_USAGE = {
  input_tokens: 100,
  cache_creation_input_tokens: 40,
  cache_read_input_tokens: 500,
  cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 10 },
  output_tokens: 60,
  server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 },
  service_tier: 'standard',
  inference_geo: 'us',
};

const TOOL_USE = { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: {} };

export function answerAsAnthropic({ path, body }: FakeRequest): FakeReply | undefined {
  if (!path.endsWith('/v1/messages')) return undefined;
  const usesTool = Array.isArray(body['tools']) && !isAnswered(body['messages']);
  const stop_reason = usesTool ? 'tool_use' : 'end_turn';
  const message = {
    ...{ id: `msg_${ANSWER_ID}`, type: 'message', role: 'assistant' },
    model: 'claude-opus-4-8-20260115',
    ...{ content: [usesTool ? TOOL_USE : { type: 'text', text: TEXT }] },
    ...{ stop_reason, stop_sequence: null, usage: ANTHROPIC_USAGE },
  };
  return body['stream'] === true ? stream(message, usesTool) : json(message);
}

function stream(message: object & { stop_reason: string }, usesTool: boolean): FakeReply {
  const {
    input_tokens,
    cache_creation_input_tokens,
    cache_read_input_tokens,
    output_tokens,
    server_tool_use,
  } = ANTHROPIC_USAGE;
  const begun = {
    ...{ ...message, content: [], stop_reason: null },
    usage: { ...ANTHROPIC_USAGE, output_tokens: 1, server_tool_use: null },
  };
  const deltas = usesTool
    ? [{ type: 'input_json_delta', partial_json: '{}' }]
    : WORDS.map((text) => ({ type: 'text_delta', text }));
  return eventStream(
    [
      { type: 'message_start', message: begun },
      {
        type: 'content_block_start',
        index: 0,
        content_block: usesTool ? TOOL_USE : { type: 'text', text: '' },
      },
      { type: 'ping' },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index: 0, delta })),
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: message.stop_reason, stop_sequence: null },
        // Sums so far; neither the split by lifetime nor tier and place.
        usage: {
          input_tokens,
          cache_creation_input_tokens,
          cache_read_input_tokens,
          output_tokens,
          server_tool_use,
        },
      },
      { type: 'message_stop' },
    ],
    { name: true },
  );
}

function isAnswered(messages: unknown): boolean {
  const contents = Array.isArray(messages) ? messages.flatMap(({ content }) => content) : [];
  return contents.some((block) => block?.type === 'tool_result');
}
