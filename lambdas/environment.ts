/** Reads a function's environment once, at cold start, so that a missing name fails the deploy and not the morning. */

/** @throws Error naming the missing variable. */
export function requireVariable(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new Error(`environment variable ${name} is not set; the stack in lib/ sets it`);
  }
  return value;
}

/** @throws Error naming the variable when it is missing or not a finite number. */
export function requireNumber(env: NodeJS.ProcessEnv, name: string): number {
  const text = requireVariable(env, name);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`${name} must be a number, got ${text}`);
  return value;
}
