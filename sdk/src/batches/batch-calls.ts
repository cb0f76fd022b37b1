/**
 * Turns the results of a provider's batch into calls. Their ids and times follow from the batch, so that results read twice, by
 * a job that died and its next run, count once.
 * https://platform.openai.com/docs/guides/batch · https://platform.claude.com/docs/en/build-with-claude/batch-processing
 */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import { uuidV5 } from '../../../domain/uuid.ts';
import type { CallInput } from '../delivery/serialise-call.ts';

/** As the provider's client gives it: `openai.batches.retrieve()`, `anthropic.messages.batches.retrieve()`. */
export interface Batch {
  id: string;
  /** Seconds since 1970 (OpenAI), or RFC 3339 (Anthropic). */
  created_at: number | string;
}

export interface BatchCall {
  /** Of the request that this answers: yours. */
  customId: string;
  call: CallInput;
}

const NAMESPACE = '0b8d6f5e-5c0e-5d0a-9a56-6f1d3c7be2a4';

/**
 * @param result a line of the results, parsed
 * @returns undefined for a request that failed, was cancelled or has expired: it costs nothing
 * @throws TypeError for a result that is neither OpenAI's nor Anthropic's, or a batch without its time
 */
export function batchCall(provider: string, batch: Batch, result: unknown): BatchCall | undefined {
  if (!isObject(result) || typeof result['custom_id'] !== 'string') {
    throw new TypeError('a result of a batch has a `custom_id`');
  }
  const customId = result['custom_id'];
  const answer = answerOf(result);
  if (answer === undefined) return undefined;
  const { model, usage, id, service_tier: tier } = answer;
  return {
    customId,
    call: {
      event_id: uuidV5(NAMESPACE, [provider, batch.id, customId].join('\n')),
      ts: timeOf(batch),
      provider,
      model: String(model),
      usage_raw: isObject(usage) ? usage : null,
      ...(typeof id === 'string' ? { response_id: id } : {}),
      ...(typeof tier === 'string' ? { service_tier: tier } : {}),
      batch: true,
      stream: false,
      status: 'ok',
    },
  };
}

function answerOf({ response, result, error }: JsonObject): JsonObject | undefined {
  if (isObject(result)) return isObject(result['message']) ? result['message'] : undefined;
  if (isObject(response)) {
    const { status_code: status, body } = response;
    return status === 200 && isObject(body) ? body : undefined;
  }
  if (isObject(error)) return undefined;
  throw new TypeError('neither a line of OpenAI’s output file nor a result of Anthropic’s');
}

function timeOf({ created_at: created }: Batch): string {
  const time = new Date(typeof created === 'number' ? created * 1_000 : created);
  if (Number.isNaN(time.getTime())) throw new TypeError('a batch has the time it was created at');
  return time.toISOString();
}
