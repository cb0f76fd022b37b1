/**
 * A span that has ended, as far as it is read here: what `ReadableSpan` of OpenTelemetry's SDK is in versions 1 and 2. Said
 * in types of our own, because those of the two are not assignable to each other.
 */
export interface FinishedSpan {
  readonly name: string;
  spanContext(): { readonly traceId: string; readonly spanId: string };
  /** Version 2. */
  readonly parentSpanContext?: { readonly spanId: string; readonly isRemote?: boolean } | undefined;
  /** Version 1. */
  readonly parentSpanId?: string | undefined;
  /** Seconds since 1970, and nanoseconds. */
  readonly startTime: readonly [number, number];
  readonly endTime: readonly [number, number];
  /** 2 is an error. */
  readonly status: { readonly code: number };
  readonly attributes: SpanAttributes;
  readonly resource: { readonly attributes: SpanAttributes };
  readonly events: readonly { readonly name: string; readonly attributes?: SpanAttributes }[];
}

export type SpanAttributes = { readonly [name: string]: unknown };

/** Milliseconds since 1970, the rest of the nanoseconds cut off: the same from every exporter. */
export function unixMs([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1_000 + Math.floor(nanoseconds / 1_000_000);
}

/** The first of these attributes that says something; a number, as a user's id may be, in digits. */
export function readText(attributes: SpanAttributes, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

/** What an attribute holds as JSON; undefined where it is none, or too long to be worth reading. */
export function readJson(attributes: SpanAttributes, name: string): unknown {
  const value = attributes[name];
  if (typeof value !== 'string' || value.length > MAX_JSON_LENGTH) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

const MAX_JSON_LENGTH = 100_000;
