/** Whose call a span is: user, feature and prompt, wherever its dialect keeps them. */
import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import { isObject } from '../../../domain/json.ts';
import { promptId } from '../../../domain/prompt-id.ts';
import { promptIdOfRequest } from '../prompts/request-prompt-id.ts';
import { defined } from './defined.ts';
import { readJson, readText, type SpanAttributes } from './finished-span.ts';

/** Where dialects keep pairs of the app's own. */
const PAIRS = [
  'traceloop.association.properties.',
  'ai.telemetry.metadata.',
  'langfuse.observation.metadata.',
  'langfuse.trace.metadata.',
];

/** Names of whole functions of an app, where it names no feature. */
const FUNCTION_NAMES = [
  'ai.telemetry.functionId',
  'gen_ai.workflow.name',
  'traceloop.workflow.name',
  'langfuse.trace.name',
  'gen_ai.agent.name',
];

type Tags = { [Key in 'user_id' | 'feature' | 'prompt_id' | 'prompt_name']?: LlmCall[Key] };

export function tagsOfSpan(attributes: SpanAttributes): Tags {
  const pairs = openInferencePairs(attributes);
  const own = (...keys: string[]) =>
    readText(attributes, ...PAIRS.flatMap((prefix) => keys.map((key) => prefix + key))) ??
    readText(pairs, ...keys);
  const { id, name } = promptOf(attributes);
  return defined({
    user_id:
      readText(attributes, 'user.id', 'langfuse.user.id', 'enduser.id') ?? own('userId', 'user_id'),
    feature:
      readText(attributes, 'app.feature', 'tricost.feature') ??
      own('feature') ??
      readText(attributes, ...FUNCTION_NAMES),
    prompt_id: id,
    prompt_name: name,
  });
}

function openInferencePairs(attributes: SpanAttributes): SpanAttributes {
  const metadata = readJson(attributes, 'metadata');
  return isObject(metadata) ? metadata : {};
}

function promptOf(attributes: SpanAttributes) {
  const name = readText(
    attributes,
    ...['tricost.prompt.name', 'gen_ai.prompt.name', 'langfuse.observation.prompt.name'],
  );
  const id = promptIdOf(attributes, name);
  return { id, name };
}

function promptIdOf(attributes: SpanAttributes, name: string | undefined): string | undefined {
  const given = readText(attributes, 'tricost.prompt.id', 'prompt.id');
  if (given !== undefined) return given;
  // The text is with Langfuse; its name and version stand for it.
  const version = readText(attributes, 'langfuse.observation.prompt.version');
  if (name !== undefined && version !== undefined) return `lf:${name}@${version}`;
  const template = readText(attributes, 'llm.prompt_template.template');
  if (template !== undefined) return promptId([{ role: 'system', text: template }]);
  return promptIdOfRequest({ system: systemInstructions(attributes) });
}

/** Where the app lets its telemetry see content: `[{type: 'text', content}]`. */
function systemInstructions(attributes: SpanAttributes): string[] {
  const parts = readJson(attributes, 'gen_ai.system_instructions');
  if (!Array.isArray(parts)) return [];
  return parts
    .map((part: unknown) => (isObject(part) ? part['content'] : undefined))
    .filter((content) => typeof content === 'string');
}
