/** Reads the outputs of Bedrock's commands, as the AWS SDK gives them. */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import { JsonFields } from '../meter/json-fields.ts';
import type { MeteredCall } from '../meter/metered-call.ts';
import { countsOfHeaders, invokedModel } from './invoked-model.ts';

export interface Output {
  output: JsonObject;
  headers: Readonly<Record<string, string>>;
}

export interface Command {
  /** Where a stream of it is. */
  stream?: string;
  /** The whole answer, or what stands beside the stream. */
  readOutput(output: Output, call: MeteredCall): void;
  /** Of one answer's stream. */
  eventReader?(call: MeteredCall): (event: JsonObject) => void;
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  ConverseCommand: {
    readOutput: ({ output }, call) => readConversed(output, call),
  },
  ConverseStreamCommand: {
    stream: 'stream',
    readOutput: () => {},
    eventReader: conversedEvents,
  },
  InvokeModelCommand: {
    readOutput({ output, headers }, call) {
      readTier(output['serviceTier'], call);
      const fields = new JsonFields(invokedModel.wanted);
      if (output['body'] instanceof Uint8Array) fields.push(output['body']);
      invokedModel.read(fields.values, call.answer);
      const counts = countsOfHeaders(headers);
      if (counts !== undefined) call.answer.usage ??= counts;
    },
  },
  InvokeModelWithResponseStreamCommand: {
    stream: 'body',
    readOutput: ({ output }, call) => readTier(output['serviceTier'], call),
    eventReader: invokedEvents,
  },
};

/** Reads the events of one answer of ConverseStream. */
export function conversedEvents(call: MeteredCall): (event: JsonObject) => void {
  return ({ contentBlockDelta, metadata }) => {
    if (isObject(contentBlockDelta)) call.noteText(textBytes(contentBlockDelta['delta']));
    if (!isObject(metadata)) return;
    call.answer.isComplete = true;
    readConversed(metadata, call);
  };
}

/** Reads the events of one answer of InvokeModelWithResponseStream. */
export function invokedEvents(call: MeteredCall): (event: JsonObject) => void {
  const fields = new JsonFields(invokedModel.wanted);
  return ({ chunk }) => {
    if (!isObject(chunk) || !(chunk['bytes'] instanceof Uint8Array)) return;
    fields.push(chunk['bytes']);
    invokedModel.read(fields.values, call.answer);
    call.noteText(fields.textBytes);
    fields.reset();
  };
}

function readConversed({ usage, serviceTier }: JsonObject, call: MeteredCall): void {
  if (isObject(usage)) call.answer.usage = usage;
  readTier(isObject(serviceTier) ? serviceTier['type'] : undefined, call);
}

function readTier(tier: unknown, call: MeteredCall): void {
  if (typeof tier === 'string') call.answer.serviceTier = tier;
}

/** Of `text`, `toolUse.input`, `reasoningContent.text`. */
function textBytes(delta: unknown): number {
  if (typeof delta === 'string') return Buffer.byteLength(delta);
  if (!isObject(delta)) return 0;
  return Object.values(delta).reduce<number>((sum, value) => sum + textBytes(value), 0);
}
