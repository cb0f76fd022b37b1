/** What an app says of its calls: who caused them, for which feature, with which prompt. */
import type { CallInput } from '../delivery/serialise-call.ts';
import { type Known, knownFields } from './known-fields.ts';

/** What a prompt is known by; `definePrompt()` makes one. */
export interface PromptReference {
  readonly id: string;
  readonly name?: string;
}

/**
 * Tags of a call. A key that is absent or undefined leaves what an outer `withTags()` said; null says that there is none, on
 * purpose: a nightly job has no user, and that is no missing tag.
 */
export interface Tags<Feature extends string = string> {
  /** Your own id of whoever caused the call. */
  userId?: string | number | bigint | null | undefined;
  /** The user's plan, for example `free`. */
  userTier?: string | null | undefined;
  /** The product feature that made the call, for example `support.reply`. */
  feature?: Feature | null | undefined;
  prompt?: PromptReference | null | undefined;
  traceId?: string | null | undefined;
  /** The service that made the call. */
  service?: string | null | undefined;
  /** For example `production`. */
  environment?: string | null | undefined;
  /** At most ten short pairs of your own; inner pairs join outer ones. */
  tags?: { readonly [key: string]: string | number | boolean | null } | null | undefined;
}

/** Inner tags win, key by key. */
export function mergeTags(outer: Tags, inner: Tags): Tags {
  const merged: Record<string, unknown> = { ...outer };
  for (const key of Object.keys(inner)) {
    const value = inner[key as keyof Tags];
    if (value !== undefined) merged[key] = value;
  }
  if (outer.tags && inner.tags) merged['tags'] = { ...outer.tags, ...inner.tags };
  return merged;
}

type TagFields = Pick<
  CallInput,
  | 'user_id'
  | 'user_tier'
  | 'feature'
  | 'prompt_id'
  | 'prompt_name'
  | 'trace_id'
  | 'service'
  | 'environment'
  | 'tags'
>;

/** As fields of a call. What is of a wrong type is left out: ingest would refuse the whole call for it. */
export function tagFields(tags: Tags): Known<TagFields> {
  return knownFields<TagFields>({
    user_id: idText(tags.userId),
    user_tier: text(tags.userTier),
    feature: text(tags.feature),
    prompt_id: text(tags.prompt?.id),
    prompt_name: text(tags.prompt?.name),
    trace_id: text(tags.traceId),
    service: text(tags.service),
    environment: text(tags.environment),
    tags: pairs(tags.tags),
  });
}

/** A user id that a database gave as a number is one all the same. */
function idText(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : text(value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function pairs(value: unknown): NonNullable<TagFields['tags']> | null {
  if (typeof value !== 'object' || value === null) return null;
  const flat = Object.entries(value).filter(([, item]) => typeof item !== 'object');
  return flat.length === 0 ? null : Object.fromEntries(flat);
}
