/** Answers as Bedrock does: Converse, InvokeModel, and both as streams. https://docs.aws.amazon.com/bedrock/latest/APIReference */
import { crc32 } from 'node:zlib';
import { ANTHROPIC_USAGE, answerAsAnthropic } from './fake-anthropic.ts';
import { type FakeReply, type FakeRequest, json, TEXT, WORDS } from './fake-reply.ts';

export const BEDROCK_USAGE = {
  inputTokens: 100,
  outputTokens: 60,
  totalTokens: 700,
  cacheReadInputTokens: 500,
  cacheWriteInputTokens: 40,
  cacheDetails: [{ ttl: '1h', inputTokens: 10 }],
};

const TOOL_USE = { toolUse: { toolUseId: 'tooluse_1', name: 'look_up', input: {} } };
const METRICS = { latencyMs: 12 };

/** What Bedrock adds to the last event of a model's own stream. */
const INVOCATION_METRICS = {
  inputTokenCount: ANTHROPIC_USAGE.input_tokens,
  outputTokenCount: ANTHROPIC_USAGE.output_tokens,
  invocationLatency: 12,
  firstByteLatency: 5,
};

export function answerAsBedrock(request: FakeRequest): FakeReply | undefined {
  const operation = /^\/model\/[^/]+\/([a-z-]+)$/.exec(request.path)?.[1];
  const { body } = request;
  switch (operation) {
    case 'converse': {
      const usesTool = body['toolConfig'] !== undefined && !isAnswered(body['messages']);
      const message = { role: 'assistant', content: [usesTool ? TOOL_USE : { text: TEXT }] };
      const stopReason = usesTool ? 'tool_use' : 'end_turn';
      return json({
        ...{ output: { message }, stopReason, usage: BEDROCK_USAGE },
        ...{ metrics: METRICS, serviceTier: { type: 'flex' } },
      });
    }
    case 'converse-stream':
      return eventFrames([
        ['messageStart', { role: 'assistant' }],
        ...WORDS.map(
          (text): Frame => ['contentBlockDelta', { contentBlockIndex: 0, delta: { text } }],
        ),
        ['contentBlockStop', { contentBlockIndex: 0 }],
        ['messageStop', { stopReason: 'end_turn' }],
        ['metadata', { usage: BEDROCK_USAGE, metrics: METRICS, serviceTier: { type: 'flex' } }],
      ]);
    case 'invoke':
      return answerAsAnthropic({ ...request, path: '/v1/messages', body });
    case 'invoke-with-response-stream':
      return eventFrames(
        modelEvents(body).map((event) => [
          'chunk',
          { bytes: Buffer.from(JSON.stringify(event)).toString('base64') },
        ]),
      );
    default:
      return undefined;
  }
}

function isAnswered(messages: unknown): boolean {
  const contents = Array.isArray(messages) ? messages.flatMap(({ content }) => content) : [];
  return contents.some((block) => block?.toolResult !== undefined);
}

function modelEvents(body: FakeRequest['body']): object[] {
  const reply = answerAsAnthropic({
    path: '/v1/messages',
    headers: {},
    body: { ...body, stream: true },
  });
  const events = (reply?.pieces ?? []).map((piece) =>
    JSON.parse(String(piece).replace(/^.*?data: /s, '')),
  );
  const last = events.pop();
  return [...events, { ...last, 'amazon-bedrock-invocationMetrics': INVOCATION_METRICS }];
}

type Frame = [type: string, payload: object];

function eventFrames(frames: readonly Frame[]): FakeReply {
  return {
    contentType: 'application/vnd.amazon.eventstream',
    pieces: frames.map(([type, payload]) => encodeFrame(type, payload)),
  };
}

/** https://smithy.io/2.0/aws/amazon-eventstream.html */
function encodeFrame(type: string, payload: object): Uint8Array {
  const headers = Buffer.concat([
    encodeHeader(':event-type', type),
    encodeHeader(':content-type', 'application/json'),
    encodeHeader(':message-type', 'event'),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const frame = Buffer.alloc(16 + headers.length + body.length);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(headers.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  headers.copy(frame, 12);
  body.copy(frame, 12 + headers.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, -4)), frame.length - 4);
  return frame;
}

const TEXT_HEADER = 7;

function encodeHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TEXT_HEADER]),
    length,
    Buffer.from(value),
  ]);
}
