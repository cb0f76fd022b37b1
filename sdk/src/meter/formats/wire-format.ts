/** How a provider's API answers: where its answers say what was used, by which model, and that they are whole. */
import type { JsonObject } from '../../../../domain/json.ts';
import type { WantedFields } from '../json-fields.ts';

/** What an answer has said so far. */
export interface Answer {
  /** That answered. */
  model?: string;
  responseId?: string;
  /** That served the call. */
  serviceTier?: string;
  /** The provider's own object. */
  usage?: JsonObject;
  /** Whether the answer has come to its end, whatever the connection does. */
  isComplete: boolean;
  /** Whether it says that it failed. */
  hasFailed: boolean;
  /** Whether it only says that there will be one, which the app asks for later. */
  isPromise: boolean;
  /** UTF-8 bytes of text that it has brought. */
  textBytes: number;
}

export interface WireFormat {
  readonly wanted: WantedFields;
  /** @param document a JSON answer, or the data of one event of a stream */
  read(document: ReadonlyMap<string, unknown>, answer: Answer): void;
  /** A stream's usage says nothing true of the output before its end. */
  readonly isOutputCountedLast?: boolean;
}

export function readText(document: ReadonlyMap<string, unknown>, path: string): string | undefined {
  const value = document.get(path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What a document says wins over what one before it said; what it leaves out stays. */
export function takeNames(
  answer: Answer,
  {
    model,
    responseId,
    serviceTier,
  }: Record<'model' | 'responseId' | 'serviceTier', string | undefined>,
): void {
  if (model !== undefined) answer.model = model;
  if (responseId !== undefined) answer.responseId = responseId;
  if (serviceTier !== undefined) answer.serviceTier = serviceTier;
}
