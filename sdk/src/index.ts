/** What an app imports from `tricost`. */
export type { LlmCall } from '../../domain/contract/llm-call.ts';
export { type PromptPart, promptId } from '../../domain/prompt-id.ts';
export { createPublisher } from './create-publisher.ts';
export { type OnError, PublishError } from './publish-error.ts';
export type { FlushResult, Publisher, PublisherOptions, PublisherStats } from './publisher.ts';
export type { CallInput } from './serialise-call.ts';
