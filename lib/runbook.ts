/** The text that an alarm carries: what it means, what to run first, where the whole story is. */

/** Where docs/runbook.md is read by somebody who was just woken up. */
const RUNBOOK_URL = 'https://github.com/tricost/tricost/blob/main/docs/runbook.md';

/** CloudWatch's limit. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export const MAX_DESCRIPTION_LENGTH = 1024;

/**
 * @param alarm short name: also the heading in docs/runbook.md, without spaces so that the heading is its own anchor.
 * @param meaning one sentence: what is wrong, for whom.
 * @param command to paste into a shell, complete.
 */
export function describeAlarm(alarm: string, meaning: string, command: string): string {
  return `${meaning}\nRun: ${command}\nRunbook: ${RUNBOOK_URL}#${alarm}`;
}
