/** Makes an event of a call in the trace, moved to another day. */
import { uuidV5 } from '../../domain/uuid.ts';
import type { LlmCall } from '../../sdk/src/index.ts';
import type { TraceCall, TraceFile } from './read-trace.ts';

export const FEATURES: Readonly<Record<TraceFile, string>> = {
  'code.csv': 'code.complete',
  'conv.csv': 'chat.reply',
};

/** Marks the replayed calls, so that they can be told from others. */
export const SERVICE = 'azure-llm-2023';

const TRACE_DAY_MS = Date.parse('2023-11-16T00:00:00Z');
const DAY_MS = 86_400_000;
const NAMESPACE = '5a3c8e0e-6f4b-4d0c-9c57-3a7d1f2be6c4';

/** The day before, in UTC: the trace's hour of it is over at any time of today. */
export function yesterday(now: Date): string {
  return new Date(now.getTime() - DAY_MS).toISOString().slice(0, 10);
}

/**
 * Time of day and intervals stay as they were. The id names the file, the line and the day: a replay onto the same day
 * adds nothing, and one onto another day is other traffic.
 *
 * @param day `YYYY-MM-DD`, UTC
 */
export function toLlmCall(call: TraceCall, day: string, model: string): LlmCall {
  const shiftMs = Date.parse(`${day}T00:00:00Z`) - TRACE_DAY_MS;
  return {
    event_id: uuidV5(NAMESPACE, `${call.file}:${call.line}@${day}`),
    ts: new Date(call.startedMs + shiftMs).toISOString(),
    feature: FEATURES[call.file],
    provider: 'azure',
    model,
    usage: { input_tokens: call.inputTokens, output_tokens: call.outputTokens },
    service: SERVICE,
  };
}
