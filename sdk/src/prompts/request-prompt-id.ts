/** The id of a prompt that nobody named: a hash of the system text of a request, whoever's API it is for. */
import { isObject, type JsonObject } from '../../../domain/json.ts';
import { promptId } from '../../../domain/prompt-id.ts';

/** One name for it, so that the same text has one id at every provider. OpenAI calls it `developer`, too. */
const SYSTEM = 'system';
const SYSTEM_ROLES: ReadonlySet<unknown> = new Set([SYSTEM, 'developer']);

/**
 * Reads the system text by where it stands; no two APIs use one place for different things.
 *
 * Of messages only those before the first of another role count: later ones belong to one conversation.
 *
 * @param body a request's parsed body, or the input of a Bedrock command
 * @param idOf its system texts in order
 * @returns undefined where there is no system text
 */
export function promptIdOfRequest(
  body: unknown,
  idOf: (texts: readonly string[]) => string = idOfSystemTexts,
): string | undefined {
  if (!isObject(body)) return undefined;
  const texts = systemTexts(body);
  return texts.length === 0 ? undefined : idOf(texts);
}

export function idOfSystemTexts(texts: readonly string[]): string {
  return promptId(texts.map((text) => ({ role: SYSTEM, text })));
}

function systemTexts(body: JsonObject): string[] {
  return [
    // OpenAI Responses. https://platform.openai.com/docs/api-reference/responses/create
    ...textsOf(body['instructions']),
    // Anthropic Messages, Bedrock Converse and InvokeModel. https://docs.claude.com/en/api/messages
    ...textsOf(body['system']),
    // Gemini, whose JSON takes either spelling. https://ai.google.dev/api/generate-content
    ...textsOf(body['systemInstruction'] ?? body['system_instruction']),
    // OpenAI Chat Completions, and Responses' list of input.
    ...leadingTexts(body['messages']),
    ...leadingTexts(body['input']),
  ];
}

function leadingTexts(messages: unknown): string[] {
  if (!Array.isArray(messages)) return [];
  const end = messages.findIndex((message) => !isObject(message) || !isSystem(message));
  const leading: readonly unknown[] = end === -1 ? messages : messages.slice(0, end);
  return leading.filter(isObject).flatMap(({ content }) => textsOf(content));
}

function isSystem({ role }: JsonObject): boolean {
  return SYSTEM_ROLES.has(role);
}

/** A text, a list of blocks, or Gemini's object with `parts`; blocks without a text, as cache points, say nothing. */
function textsOf(content: unknown): string[] {
  if (typeof content === 'string') return content === '' ? [] : [content];
  if (Array.isArray(content)) return content.flatMap(textsOf);
  if (!isObject(content)) return [];
  const { parts, text, guardContent } = content;
  if (parts !== undefined) return textsOf(parts);
  // Bedrock's text that a guardrail shall look at: {guardContent: {text: {text}}}.
  return textsOf(text ?? guardContent);
}
