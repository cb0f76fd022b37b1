/** Which spans are calls of a model, and not what holds such calls: agents, workflows, steps, tools. */
import type { SpanAttributes } from './finished-span.ts';

/** https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-spans.md */
const OPERATIONS: ReadonlySet<unknown> = new Set([
  ...['chat', 'text_completion', 'generate_content', 'embeddings'],
]);

/** `doGenerate`, `doStream`, `doEmbed`: `ai.generateText` and the like hold them. https://ai-sdk.dev/docs/ai-sdk-core/telemetry */
const AI_SDK_CALL = /^ai\.\w+\.do[A-Z]\w*$/;

/** https://langfuse.com/docs/observability/features/observation-types */
const LANGFUSE_CALLS: ReadonlySet<unknown> = new Set(['generation', 'embedding']);

/** https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md */
const OPENINFERENCE_CALLS: ReadonlySet<unknown> = new Set(['LLM', 'EMBEDDING']);

/** OpenLLMetry, before it took the convention's names. https://github.com/traceloop/openllmetry */
const OPENLLMETRY_CALLS: ReadonlySet<unknown> = new Set(['chat', 'completion', 'embedding']);

/** The first of the dialects that says what the span is decides: some spans speak two. */
export function isLlmCall(attributes: SpanAttributes): boolean {
  const aiSdk = attributes['ai.operationId'];
  if (typeof aiSdk === 'string') return AI_SDK_CALL.test(aiSdk);
  const langfuse = attributes['langfuse.observation.type'];
  if (langfuse !== undefined) return LANGFUSE_CALLS.has(langfuse);
  const operation = attributes['gen_ai.operation.name'];
  if (operation !== undefined) return OPERATIONS.has(operation);
  const openInference = attributes['openinference.span.kind'];
  if (openInference !== undefined) return OPENINFERENCE_CALLS.has(openInference);
  return OPENLLMETRY_CALLS.has(attributes['llm.request.type']);
}
