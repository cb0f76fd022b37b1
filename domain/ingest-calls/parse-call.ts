/**
 * Turns one event of the contract into a row, or says why it cannot be a call. Money was spent, so whatever names a call
 * is kept: missing tags become `(untagged)` and `(none)`, an unknown model is unpriced.
 */
import contract from '../contract/llm-call.v1.schema.json' with { type: 'json' };
import { describe, isObject, type JsonObject } from '../json.ts';
import { type CallFlag, type CallRow, NONE, UNTAGGED_FEATURE } from './call-row.ts';
import { unwrapCloudEvent } from './cloud-event.ts';
import { readCostAndUsage } from './cost-and-usage.ts';
import { boundExtra } from './extra.ts';
import { readBoolean, readChoice, readInteger, readMilliseconds, readText } from './fields.ts';
import { type ParseContext, readEventId, readTimestamp } from './identity.ts';
import { Refused, type Result, refusable } from './rejection.ts';
import { readTags } from './tags.ts';
import { cleanText, fitName } from './text.ts';

const STATUSES = ['ok', 'error', 'aborted', 'timeout', 'abandoned'] as const;
const MAX_ATTEMPT = 32_767;

/** Fields with a column of their own; everything else goes to `extra`. */
const CONTRACT_FIELDS: ReadonlySet<string> = new Set(Object.keys(contract.properties));

export function parseCall(event: unknown, context: ParseContext): Result<CallRow> {
  return refusable(() => {
    const call = unwrapCloudEvent(event);
    if (!isObject(call)) throw new Refused('not_an_object');
    return readCall(call, context);
  });
}

function readCall(event: JsonObject, context: ParseContext): CallRow {
  const version = event['v'] ?? 1;
  if (version !== 1)
    throw new Refused('unknown_version', `\`v\` must be 1, got ${describe(version)}`);

  const flags = new Set<CallFlag>();
  const name = (key: string): string | null => {
    const { name: fitted, cut } = fitName(cleanText(readText(event, key) ?? ''));
    if (cut) flags.add('name_cut');
    return fitted === '' ? null : fitted;
  };
  const ts = readTimestamp(event, context);
  const model = name('model');
  if (model === null) throw new Refused('model_missing');
  const served = {
    provider: name('provider') ?? NONE,
    model,
    service_tier: name('service_tier'),
    region: name('region'),
    batch: readBoolean(event, 'batch'),
    status: readChoice(event, 'status', STATUSES) ?? 'ok',
  };

  return {
    ts: ts.toISOString(),
    event_id: readEventId(event, context, flags),
    user_id: name('user_id') ?? NONE,
    feature: name('feature') ?? UNTAGGED_FEATURE,
    prompt_id: name('prompt_id') ?? NONE,
    prompt_name: name('prompt_name'),
    prompt_version: null,
    ...served,
    ...readCostAndUsage(event, { ts, prices: context.prices }, served, flags),
    latency_ms: readMilliseconds(event, 'latency_ms'),
    ttft_ms: readMilliseconds(event, 'ttft_ms'),
    stream: readBoolean(event, 'stream'),
    attempt: readInteger(event, 'attempt', 1, MAX_ATTEMPT),
    response_id: name('response_id'),
    trace_id: name('trace_id'),
    user_tier: name('user_tier'),
    environment: name('environment'),
    service: name('service'),
    tags: readTags(event, flags),
    extra: readExtra(event, flags),
    // Last: by now everything that can raise a flag has run.
    flags: [...flags].sort(),
  };
}

function readExtra(event: JsonObject, flags: Set<CallFlag>): JsonObject | null {
  const unknown = Object.entries(event).filter(([key]) => !CONTRACT_FIELDS.has(key));
  const { value, cut, contentRemoved } = boundExtra(Object.fromEntries(unknown));
  if (cut) flags.add('extra_cut');
  if (contentRemoved) flags.add('content_removed');
  return value;
}
