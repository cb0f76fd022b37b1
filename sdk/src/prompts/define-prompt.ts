/** A prompt that the app names: its template, and the id that every call made with it carries. */
import { type PromptPart, promptId } from '../../../domain/prompt-id.ts';
import { fillIn, type PlaceholderOf, type PromptValues } from './placeholders.ts';

/** What calls are tagged with: `withTags({ prompt }, …)`. */
interface NamedPrompt {
  /** `prompt_id`: the hash of the template. */
  readonly id: string;
  /** `prompt_name`, whose versions ingest numbers. */
  readonly name: string;
}

type Render<Name extends string, Rendered> = [Name] extends [never]
  ? () => Rendered
  : (values: PromptValues<Name>) => Rendered;

/** A prompt of one text, as system prompts are. */
export interface TextPrompt<Name extends string> extends NamedPrompt {
  /** The text with its placeholders filled in. It changes no id. */
  readonly render: Render<Name, string>;
}

/** A prompt of several messages. */
export interface MessagesPrompt<Name extends string> extends NamedPrompt {
  /** The messages with their placeholders filled in, in order. */
  readonly render: Render<Name, PromptPart[]>;
}

/**
 * Names a prompt. A text has the id that the same text has as the system text of a request ({@link promptIdOfRequest}),
 * so that naming a prompt later does not split its history.
 *
 * @param name stable: the family whose versions are numbered, for example `support.reply`
 * @param template what you control, with `{{placeholders}}` for what you do not: a text, or messages in order
 */
export function definePrompt<const Text extends string>(
  name: string,
  template: Text,
): TextPrompt<PlaceholderOf<Text>>;
export function definePrompt<const Text extends string>(
  name: string,
  template: readonly { readonly role: string; readonly text: Text }[],
): MessagesPrompt<PlaceholderOf<Text>>;
export function definePrompt(
  name: string,
  template: string | readonly PromptPart[],
): NamedPrompt & { render(values?: PromptValues<string>): string | PromptPart[] } {
  if (typeof template === 'string') {
    const id = promptId([{ role: 'system', text: template }]);
    return { id, name, render: (values = {}) => fillIn(template, values) };
  }
  const parts = template.map(({ role, text }) => ({ role, text }));
  const render = (values: PromptValues<string> = {}) =>
    parts.map(({ role, text }) => ({ role, text: fillIn(text, values) }));
  return { id: promptId(parts), name, render };
}
