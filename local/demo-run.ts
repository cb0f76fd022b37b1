/** Shows what tricost does: sixty days of traffic through the queue, then the morning's alert. */
import { connect } from '../adapters/postgres/connect.ts';
import { localDateOf } from '../domain/reporting-days.ts';
import { publishDemo } from './demo/publish-demo.ts';
import { waitUntilDrained } from './queue/wait-until-drained.ts';
import type { LocalTricost } from './start-tricost.ts';

export interface DemoSummary {
  /** Event copies sent, repeats and broken ones included. */
  published: number;
  stored: number;
  duplicates: number;
  rejected: number;
  alerts: AlertSummary[];
  slack_messages: number;
}

export interface AlertSummary {
  feature: string;
  /** US dollars; rounded to what a double holds, for reading. The exact amounts are in `tricost.alerts`. */
  previous_usd: number | null;
  current_usd: number;
  change_ratio: number | null;
}

type Report = (progress: string) => void;

const OUTCOMES = ['Stored', 'Duplicate', 'Rejected'] as const;
/** What becomes of an event, as ingest counts it. */
type OutcomeMetric = (typeof OUTCOMES)[number];

/** A run on one running stack; the steps in this order. */
export class DemoRun {
  readonly #tricost: LocalTricost;
  readonly #now: Date;
  readonly #messagesBefore: number;
  /** By metric, what functions had counted before the first event of this run. */
  readonly #countedBefore = new Map<OutcomeMetric, number>();
  #published = 0;

  constructor(tricost: LocalTricost, now: Date) {
    this.#tricost = tricost;
    this.#now = now;
    this.#messagesBefore = tricost.inbox.messages().length;
  }

  async publish(report: Report): Promise<void> {
    const { stack, file } = this.#tricost;
    // What an interrupted run left in the queue would be counted as this one's.
    await this.ingest(report);
    for (const metric of OUTCOMES) {
      this.#countedBefore.set(metric, this.#total(metric));
    }
    const { published } = await publishDemo({
      queueUrl: file.queueUrl,
      client: stack.sqs,
      now: this.#now,
      onProgress: (sent, total) => report(`${sent} of ${total} events`),
    });
    this.#published = published;
  }

  async ingest(report: Report): Promise<void> {
    await this.#drain([this.#tricost.file.queueUrl], report);
  }

  /** Runs the schedule as of now and waits until its messages are in the inbox. */
  async alert(report: Report): Promise<void> {
    const { stack } = this.#tricost;
    const { error } = await stack.runSchedule('spend-alert', this.#now);
    if (error !== undefined) throw new Error(`the spend alert failed: ${error.errorMessage}`);
    const deadLetters = stack.plan.queues.map(({ deadLetterQueueArn }) => deadLetterQueueArn);
    const working = stack.plan.queues.filter(({ arn }) => !deadLetters.includes(arn));
    const consumed = working.filter(({ arn }) =>
      stack.plan.eventSourceMappings.some(({ queueArn }) => queueArn === arn),
    );
    await this.#drain(
      consumed.map(({ url }) => url),
      report,
    );
  }

  /** Of the messages that came during the run. */
  newMessages() {
    return this.#tricost.inbox.messages().slice(this.#messagesBefore);
  }

  async summarize(): Promise<DemoSummary> {
    return {
      published: this.#published,
      stored: this.#counted('Stored'),
      duplicates: this.#counted('Duplicate'),
      rejected: this.#counted('Rejected'),
      alerts: await this.#alerts(),
      slack_messages: this.newMessages().length,
    };
  }

  #drain(queueUrls: readonly string[], report: Report): Promise<void> {
    return waitUntilDrained({
      sqs: this.#tricost.stack.sqs,
      queueUrls,
      onProgress: (left) => report(`${left} messages left in the queue`),
    });
  }

  #counted(metric: OutcomeMetric): number {
    return this.#total(metric) - (this.#countedBefore.get(metric) ?? 0);
  }

  #total(metric: OutcomeMetric): number {
    const { plan, metrics } = this.#tricost.stack;
    return plan.functions.reduce((sum, { name }) => sum + metrics.total(name, metric), 0);
  }

  /** Those of today, largest spend first. */
  async #alerts(): Promise<AlertSummary[]> {
    const { stack, file } = this.#tricost;
    const zones = stack.plan.functions.map((item) => item.environment['TRICOST_REPORTING_ZONE']);
    const zone = zones.find((value) => value !== undefined) ?? 'UTC';
    const client = await connect({
      connectionString: file.databaseUrl,
      applicationName: 'tricost local',
    });
    try {
      const { rows } = await client.query<AlertSummary>(
        `select feature, previous_usd::float8, current_usd::float8, change_ratio::float8
         from tricost.alerts where local_date = $1 and transition in ('opened', 'escalated') order by current_usd desc, feature`,
        [localDateOf(this.#now, zone)],
      );
      return rows;
    } finally {
      await client.end();
    }
  }
}

/** Undefined when every event is accounted for, else a sentence saying what is not. */
export function discrepancy({ published, stored, duplicates, rejected }: DemoSummary) {
  const accounted = stored + duplicates + rejected;
  if (published === accounted) return undefined;
  return `${published} events were published but ${accounted} accounted for (${stored} stored, ${duplicates} duplicates, ${rejected} rejected): look for the reason in .tricost/logs`;
}
