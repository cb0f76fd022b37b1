/** What an app imports from `tricost`. */
export type { LlmCall } from '../../domain/contract/llm-call.ts';
export { type PromptPart, promptId } from '../../domain/prompt-id.ts';
export type { Batch } from './batches/batch-calls.ts';
export type { BatchResults } from './batches/batch-results.ts';
export { createTricost, type Tricost, type TricostOptions } from './create-tricost.ts';
export { createPublisher } from './delivery/create-publisher.ts';
export type { Message } from './delivery/message-packer.ts';
export { type OnError, PublishError } from './delivery/publish-error.ts';
export type {
  FlushResult,
  Publisher,
  PublisherOptions,
  PublisherStats,
  SqsClient,
} from './delivery/publisher.ts';
export type { CallInput } from './delivery/serialise-call.ts';
export type { Spool } from './delivery/spool.ts';
export type { Transport, TransportOutcome } from './delivery/transport.ts';
export type { HostOptions, Hosts } from './meter/hosts.ts';
export type { ClientMeter } from './meter/meter-client.ts';
export {
  definePrompt,
  type MessagesPrompt,
  type TextPrompt,
} from './prompts/define-prompt.ts';
export { PromptCountError, type UnnamedPrompts } from './prompts/unnamed-prompts.ts';
export { type OnMissingTags, TagError } from './tags/tag-check.ts';
export type { PromptReference, Tags } from './tags/tags.ts';
