/** Which prompt a request has that the app gave no name: the hash of its system text, while that says anything. */

import { maskChanging } from './mask-changing.ts';
import { PromptCountWatch } from './prompt-count-watch.ts';
import { rememberedIds } from './remembered-ids.ts';
import { idOfSystemTexts, promptIdOfRequest } from './request-prompt-id.ts';

/**
 * `hash`: by the hash of their system text. `mask`: the same without dates, times, UUIDs and e-mail addresses in it. `none`: not
 * at all, only named prompts count.
 */
export type UnnamedPrompts = 'hash' | 'mask' | 'none';

/** Told of once per feature and process. */
export class PromptCountError extends Error {
  override readonly name = 'PromptCountError';
}

/** @returns reads the id of a request of a feature; undefined where there is none to tell */
export function unnamedPrompts(
  how: UnnamedPrompts,
  onError: (error: PromptCountError) => void,
): (body: unknown, feature: string) => string | undefined {
  const watch = new PromptCountWatch({
    onMany: (feature, limit) =>
      onError(
        new PromptCountError(
          `${feature} has more than ${limit} system texts a day, so new ones are not told apart: name its prompt with definePrompt(), or set unnamedPrompts to 'mask'`,
        ),
      ),
  });
  const idOf = rememberedIds((texts) =>
    idOfSystemTexts(how === 'mask' ? texts.map(maskChanging) : texts),
  );
  return (body, feature) => {
    if (how === 'none') return undefined;
    const id = promptIdOfRequest(body, idOf);
    return id !== undefined && watch.admits(feature, id, performance.now()) ? id : undefined;
  };
}
