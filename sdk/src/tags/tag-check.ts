/** Notices calls without tags, for which nobody could say later who or what they were for. */
import { findCallSite } from './call-site.ts';
import type { Tags } from './tags.ts';

/**
 * `mark`: such calls are published without the tag, which ingest counts and boards show. `warn`: and told, once for each place
 * in the code. `throw`: the call is not made; for tests.
 */
export type OnMissingTags = 'mark' | 'warn' | 'throw';

/** A call without a feature or a user, or with a feature that is not in the list. */
export class TagError extends Error {
  override readonly name = 'TagError';
  /** Where in the app the call was made, when the stack says so. */
  readonly callSite: string | undefined;

  constructor(message: string, callSite: string | undefined) {
    super(message);
    this.callSite = callSite;
  }
}

export interface TagCheckOptions {
  features?: readonly string[] | undefined;
  onMissingTags?: OnMissingTags | undefined;
  onError: (error: TagError) => void;
}

/** Places beyond these are not told: a generated one may be new each time. */
const MAX_PLACES = 100;

export class TagCheck {
  readonly #features: ReadonlySet<string> | undefined;
  readonly #onMissingTags: OnMissingTags;
  readonly #onError: (error: TagError) => void;
  readonly #told = new Set<string>();

  constructor({ features, onMissingTags, onError }: TagCheckOptions) {
    this.#features = features === undefined ? undefined : new Set(features);
    this.#onMissingTags = onMissingTags ?? (isUnderTest() ? 'throw' : 'warn');
    this.#onError = onError;
  }

  get throws(): boolean {
    return this.#onMissingTags === 'throw';
  }

  /** @throws TagError when `onMissingTags` is `throw` */
  check(tags: Tags): void {
    const problem = this.#problemOf(tags);
    if (problem === undefined || this.#onMissingTags === 'mark') return;
    if (!this.throws && this.#told.size >= MAX_PLACES) return;
    const { at, key } = findCallSite();
    const place = `${problem}\n${key}`;
    if (!this.throws && this.#told.has(place)) return;
    this.#told.add(place);
    const error = new TagError(`${problem}${at === undefined ? '' : `, at ${at}`}`, at);
    if (this.throws) throw error;
    this.#onError(error);
  }

  #problemOf({ feature, userId }: Tags): string | undefined {
    if (feature && this.#features?.has(feature) === false) {
      return `an LLM call has the feature ${JSON.stringify(feature)}, which is not one of \`features\``;
    }
    const missing = [
      ...(feature === undefined || feature === '' ? ['feature'] : []),
      ...(userId === undefined || userId === '' ? ['user'] : []),
    ];
    if (missing.length === 0) return undefined;
    return `an LLM call has no ${missing.join(' and no ')}: make it within withTags({ feature, userId }, …), with null for what does not apply`;
  }
}

function isUnderTest(): boolean {
  return process.env['NODE_ENV'] === 'test' || process.env['VITEST'] !== undefined;
}
