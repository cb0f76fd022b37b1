/** Reads secrets from SSM Parameter Store before an invocation, and says in one sentence when it cannot. */
import type { MiddlewareObj } from '@middy/core';
import ssm from '@middy/ssm';
import { plainError } from './plain-error.ts';

/** Secrets are read again after this long, so that a rotated one needs no deploy. */
const CACHE_MS = 10 * 60_000;

/**
 * @param parameters names of SecureString parameters, by the name under which the context gets their values
 * @param cacheKey for `clearCache` of @middy/util
 */
export function secrets(parameters: Record<string, string>, cacheKey: string): MiddlewareObj {
  const reader = ssm({
    fetchData: parameters,
    setToContext: true,
    cacheKey,
    cacheExpiry: CACHE_MS,
  });
  return {
    before: async (request) => {
      try {
        await reader.before?.(request as never);
      } catch (error) {
        throw plainError(explain(error, Object.values(parameters)));
      }
    },
  };
}

/** A failed deploy shows this sentence and nothing else. */
function explain(error: unknown, names: string[]): string {
  const reasons = reasonsOf(error);
  const missing = names.filter((name) => reasons.includes(`InvalidParameter ${name}`));
  if (missing.length === 0) {
    return `the SSM parameters ${names.join(', ')} cannot be read: ${reasons.join('; ')}`;
  }
  return missing
    .map(
      (name) =>
        `the SSM parameter ${name} does not exist; create it with \`aws ssm put-parameter --type SecureString --name ${name} --value …\` (docs/how-to/deploy.md)`,
    )
    .join('; ');
}

/** middy wraps what went wrong with each parameter into one error that says nothing. */
function reasonsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const { data } = (error.cause ?? {}) as { data?: unknown };
  return Array.isArray(data) ? data.flatMap(reasonsOf) : [error.message];
}
