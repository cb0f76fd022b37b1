/** What a message in the queue of failed jobs says: which function failed, for which run, and why. */
import { isObject } from './json.ts';

export interface FailedJob {
  /** Without a version. */
  functionArn: string;
  /** When the run was due, RFC 3339. */
  scheduledTime: string;
  error: string;
}

/**
 * Lambda writes a record about an invocation that failed for good; Scheduler passes on the input it could not deliver, and
 * says the rest in attributes.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 *
 * @returns undefined when the message is neither
 */
export function readFailedJob(
  body: string,
  attributes: Readonly<Record<string, string>>,
): FailedJob | undefined {
  const record = parse(body);
  if (!isObject(record)) return undefined;
  const { requestContext: context, requestPayload: payload, responsePayload: response } = record;
  const undelivered = attributes['TARGET_ARN'];
  const functionArn = undelivered ?? text(context, 'functionArn');
  const scheduledTime = text(undelivered === undefined ? payload : record, 'scheduledTime');
  if (functionArn === undefined || Number.isNaN(Date.parse(scheduledTime ?? ''))) return undefined;
  return {
    functionArn: functionArn.replace(/(:function:[^:]+):.*$/, '$1'),
    scheduledTime: String(scheduledTime),
    error: attributes['ERROR_MESSAGE'] ?? text(response, 'errorMessage') ?? 'no error is given',
  };
}

function text(value: unknown, key: string): string | undefined {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
