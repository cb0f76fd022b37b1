/** Which dead-letter queue a command is about. */
import { Option } from 'commander';
import { type StackOptions, stackOutput } from './target.ts';

export type DeadLetters = 'calls' | 'notify' | 'failed-jobs';

export interface DlqOptions extends StackOptions {
  queue: DeadLetters;
  json?: boolean;
}

export const QUEUE_OPTION = new Option('--queue <queue>', 'which dead-letter queue')
  .choices(['calls', 'notify', 'failed-jobs'])
  .default('calls');

const OUTPUTS = {
  calls: { deadLetters: 'DeadLetterQueueUrl', source: 'QueueUrl' },
  notify: { deadLetters: 'NotifyDeadLetterQueueUrl', source: 'NotifyQueueUrl' },
  'failed-jobs': { deadLetters: 'FailedJobsQueueUrl' },
} as const;

export function deadLetterQueueUrl(options: DlqOptions): Promise<string> {
  return stackOutput(options, OUTPUTS[options.queue].deadLetters);
}

/** Where the messages came from. */
export function sourceQueueUrl(
  options: StackOptions,
  queue: Exclude<DeadLetters, 'failed-jobs'>,
): Promise<string> {
  return stackOutput(options, OUTPUTS[queue].source);
}
