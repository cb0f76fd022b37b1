/**
 * Under which known ids a model may stand that answered as another. A wrong price is worse than none: only a date or `-latest` may
 * follow a known id, and what a provider's own versions look like. `claude-sonnet-5-55` is not `claude-sonnet-5`.
 */

const DATE_OR_LATEST = /[-@](?:20\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])|latest)$/;

/** How providers number the versions of one model, by their name in the price list. */
const VERSIONS: ReadonlyMap<string, RegExp> = new Map([
  // A second version is another model, with prices of its own: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
  ['aws', /(?:-v1(?::\d+)?|:\d+(?::\d+k)?)$/],
  // https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions
  ['google', /-0\d\d$/],
]);

/**
 * @param provider as the price list names it
 * @param answered the model's name in the event
 * @returns the name itself first, then without what may follow it, shortest last; lower case
 */
export function knownIds(provider: string, answered: string): string[] {
  let id = answered.trim().toLowerCase();
  // Bedrock names a model or inference profile by its ARN, too: arn:aws:bedrock:…:inference-profile/<id>.
  if (/^arn:[^:]*:bedrock:.*:(?:foundation-model|inference-profile)\//.test(id)) {
    id = id.slice(id.lastIndexOf('/') + 1);
  }
  // https://ai.google.dev/api/models: a model's resource name is `models/<id>`; Vertex AI puts publishers before it.
  if (provider === 'google') id = id.replace(/^.*models\//, '');
  const ids = [id];
  const version = VERSIONS.get(provider);
  for (;;) {
    const shorter = stripped(id, DATE_OR_LATEST) ?? (version && stripped(id, version));
    if (shorter === undefined) return ids;
    ids.push(shorter);
    id = shorter;
  }
}

function stripped(id: string, suffix: RegExp): string | undefined {
  const shorter = id.replace(suffix, '');
  return shorter === id ? undefined : shorter;
}
