/** What the stack has that costs money by being there. A test compares it with the template and the functions. */

/** Metrics that alarms watch: one alarm watches three. */
export const ALARM_METRICS = 17;

/** Custom metrics of each function, and the hours of a day in which it reports them: CloudWatch bills metric-hours. */
export const METRICS = {
  'ingest-calls': { metrics: 8, hoursADay: 24 },
  // Every quarter of an hour of four hours; its messages follow at once.
  'spend-alert': { metrics: 3, hoursADay: 4 },
  notify: { metrics: 3, hoursADay: 4 },
  'create-partitions': { metrics: 5, hoursADay: 1 },
  reprice: { metrics: 2, hoursADay: 1 },
} as const;

/** What the canary adds, when it is switched on. */
export const CANARY = { metrics: 2, alarmMetrics: 2, runsADay: 96 } as const;

/** Runs a day of all schedules together: sixteen of the spend alert, one of the partitions, one of unpriced calls. */
export const SCHEDULED_RUNS_A_DAY = 18;
/** Of the functions they run. */
export const SCHEDULED_MEMORY_MB = 256;
/** Generous: each run is a cold start, a connection and a few statements. */
export const SCHEDULED_RUN_MS = 3_000;

export const INGEST = {
  memoryMb: 512,
  batchMessages: 100,
  windowSeconds: 5,
  /** How long a function keeps its secrets. */
  secretsSeconds: 600,
} as const;

/** Queues that an event source polls: calls and notify. */
export const POLLED_QUEUES = 2;
