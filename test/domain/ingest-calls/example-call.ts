/** A complete, valid event to vary in tests, and the context it is parsed in. */

import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import type { ParseContext } from '../../../domain/ingest-calls/identity.ts';
import { builtInPriceBook } from '../../../domain/pricing/built-in-prices.ts';

export const CONTEXT: ParseContext = {
  messageId: '5fea7756-0ea4-451a-a703-a558b933e274',
  index: 0,
  now: new Date('2026-11-23T13:30:00Z'),
  oldest: new Date('2026-08-01T00:00:00Z'),
  prices: builtInPriceBook(),
};

export const CALL = {
  event_id: '019ab0f4-7d00-7cc3-8a5e-0242ac120002',
  ts: '2026-11-23T13:00:00.123Z',
  user_id: 'u_1',
  feature: 'support.reply',
  prompt_id: 'p_890e018c7a95ad5b',
  provider: 'anthropic',
  model: 'claude-sonnet-4-5-20250929',
  usage: { input_tokens: 1_000, output_tokens: 200, cache_read_tokens: 400 },
  status: 'ok',
  latency_ms: 812,
} as const satisfies LlmCall;
