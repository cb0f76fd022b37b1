/** Placeholders of a template, `{{ticket}}`: their names as a type, and their values put in. */

/** Names between double braces; any name where the text is not known to the compiler. */
export type PlaceholderOf<Text extends string> = string extends Text
  ? string
  : Text extends `${string}{{${infer Name}}}${infer Rest}`
    ? Trimmed<Name> | PlaceholderOf<Rest>
    : never;

type Trimmed<Text extends string> = Text extends ` ${infer Rest}` | `${infer Rest} `
  ? Trimmed<Rest>
  : Text;

/** Of each placeholder. */
export type PromptValues<Name extends string> = { readonly [Key in Name]: string | number };

const PLACEHOLDER = /\{\{(.*?)\}\}/g;

/** In one pass: what a value says is no placeholder. One without a value stays as it is, for all to see. */
export function fillIn(text: string, values: { readonly [name: string]: unknown }): string {
  return text.replace(PLACEHOLDER, (placeholder, name: string) => {
    const key = name.trim();
    return Object.hasOwn(values, key) ? String(values[key]) : placeholder;
  });
}
