/** What a month costs on AWS, from measured bytes and times, SQS's and Lambda's rules, and list prices. Postgres is not in it. */
import { divideHalfEven, type PicoUsd } from '../money.ts';
import { AWS_PRICES, type Price } from './aws-prices.ts';
import type { MEASURED } from './measurements.ts';
import {
  ALARM_METRICS,
  CANARY,
  INGEST,
  METRICS,
  POLLED_QUEUES,
  SCHEDULED_MEMORY_MB,
  SCHEDULED_RUN_MS,
  SCHEDULED_RUNS_A_DAY,
} from './stack-inventory.ts';

export const SHAPES = ['single', 'batched', 'packed', 'compressed'] as const;

/** How apps send their calls: one a request; ten messages a request; many in a message; many, compressed. */
export type Shape = (typeof SHAPES)[number];

export interface CostLine {
  name: keyof typeof LINES;
  /** Requests, MB-milliseconds, bytes and so on: the price's own unit. */
  quantity: bigint;
  /** At list price. */
  usd: PicoUsd;
  /** Without what is free for every account. */
  afterFreeUsd: PicoUsd;
}

export interface MonthlyCost {
  shape: Shape;
  messages: bigint;
  invocations: bigint;
  lines: CostLine[];
  usd: PicoUsd;
  afterFreeUsd: PicoUsd;
}

export const LINES = {
  sends: 'SQS, sending',
  receives: 'SQS, receiving and deleting',
  polling: 'SQS, polling while idle',
  invocations: 'Lambda, invocations',
  duration: 'Lambda, time',
  logs: 'CloudWatch, logs',
  logStorage: 'CloudWatch, logs kept for a month',
  metrics: 'CloudWatch, metrics',
  alarms: 'CloudWatch, alarms',
  schedules: 'EventBridge Scheduler',
  secrets: 'KMS, reading parameters',
} as const;

type Measured = typeof MEASURED;

const HOURS = 730n;
const SECONDS = HOURS * 3_600n;
const SCHEDULED_RUNS = (BigInt(SCHEDULED_RUNS_A_DAY) * HOURS) / 24n;
const BATCH = 10n;
const CHUNK_BYTES = 65_536n;
/** An invocation's payload, less than Lambda's 6 MB: a record has more to it than its body, and quotes in it are escaped. */
const INVOCATION_BYTES = 4_500_000n;
/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const POLLERS = 5n;
const LONG_POLL_SECONDS = 20n;
/** An idle environment is kept for some minutes: at most so many cold starts. */
const KEPT_WARM_SECONDS = 300n;
/** A function gets a whole virtual processor from 1,769 MB on, below that its share of one. */
const FULL_CPU_MB = 1_769n;
/** Start, end and report of an invocation, as Lambda logs them in JSON: estimated from the documented examples. */
const PLATFORM_LOG_BYTES = 900n;
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const LOG_EVENT_BYTES = 26n;
const LOG_EVENTS = 4n;

/**
 * Calls are taken to come evenly over the month, which is the worst case: bursts fill batches better.
 *
 * @param calls a month
 */
export function monthlyCost(calls: bigint, shape: Shape, measured: Measured): MonthlyCost {
  const traffic = trafficOf(calls, shape, measured);
  const lines = priced([
    ...fixedQuantities(),
    ...variableQuantities(calls, shape, traffic, measured),
  ]);
  const sum = (key: 'usd' | 'afterFreeUsd') => lines.reduce((total, each) => total + each[key], 0n);
  return {
    shape,
    messages: traffic.messages,
    invocations: traffic.invocations,
    lines,
    usd: sum('usd'),
    afterFreeUsd: sum('afterFreeUsd'),
  };
}

/**
 * What the canary adds to a stack without traffic, at list price: each run is an invocation, a message, its receive and
 * delete, and an invocation of ingest.
 */
export function canaryCost({ ingest }: Measured): PicoUsd {
  const runs = (BigInt(CANARY.runsADay) * HOURS) / 24n;
  const ingestUs = billedUs(ingest.per_invocation) + billedUs(ingest.per_message);
  const logBytes = 2n * runs * logBytesOf(ingest.log_bytes_per_invocation);
  const quantities: [Price, bigint][] = [
    [AWS_PRICES.sqsRequests, 3n * runs],
    [AWS_PRICES.lambdaRequests, 2n * runs],
    [
      AWS_PRICES.lambdaMbMs,
      runs * BigInt(SCHEDULED_MEMORY_MB * SCHEDULED_RUN_MS) +
        ceil(runs * ingestUs * BigInt(INGEST.memoryMb), 1_000n),
    ],
    [AWS_PRICES.logBytes, logBytes],
    [AWS_PRICES.logStorageBytes, logBytes],
    [AWS_PRICES.metricHours, BigInt(CANARY.metrics) * HOURS],
    [AWS_PRICES.alarmMetrics, BigInt(CANARY.alarmMetrics)],
    [AWS_PRICES.schedules, runs],
    [AWS_PRICES.kmsRequests, runs],
  ];
  return quantities.reduce(
    (total, [price, quantity]) => total + divideHalfEven(quantity * price.usd, price.per),
    0n,
  );
}

interface Quantity {
  name: keyof typeof LINES;
  price: Price;
  quantity: bigint;
}

/** What is free is so once for all lines of the same price. */
function priced(quantities: readonly Quantity[]): CostLine[] {
  const free = new Map<Price, bigint>();
  return quantities.map(({ name, price, quantity }) => {
    const left = free.get(price) ?? price.free;
    const billed = quantity > left ? quantity - left : 0n;
    free.set(price, quantity > left ? 0n : left - quantity);
    return {
      name,
      quantity,
      usd: divideHalfEven(quantity * price.usd, price.per),
      afterFreeUsd: divideHalfEven(billed * price.usd, price.per),
    };
  });
}

interface Traffic {
  messages: bigint;
  sends: bigint;
  /** Billed chunks of all receives, and deletes. */
  receives: bigint;
  invocations: bigint;
}

function trafficOf(calls: bigint, shape: Shape, { bytes }: Measured): Traffic {
  const perMessage = {
    single: { calls: 1, bytes: bytes.single_message_bytes },
    batched: { calls: 1, bytes: bytes.single_message_bytes },
    packed: { calls: bytes.packed_calls, bytes: bytes.packed_message_bytes },
    compressed: { calls: bytes.compressed_calls, bytes: bytes.compressed_message_bytes },
  }[shape];
  const messages = ceil(calls, BigInt(perMessage.calls));
  const messageBytes = BigInt(perMessage.bytes);
  const chunks = ceil(messageBytes, CHUNK_BYTES);
  // Five pollers gather for five seconds each, so an even stream brings one message, and one more for each that comes a second.
  const fit = INVOCATION_BYTES / messageBytes;
  const most = least(fit, BigInt(INGEST.batchMessages));
  const invocations = gathered(messages, most);
  const requests = gathered(messages, BATCH);
  // Ten small messages are one chunk. Of larger ones, a request is billed what its bytes need, rounded up: by less than one
  // chunk, and never more than each message alone.
  const alone = messages * chunks;
  const together = requests + ceil(messages * messageBytes, CHUNK_BYTES);
  const chunksReceived = BATCH * messageBytes <= CHUNK_BYTES ? requests : least(together, alone);
  return {
    messages,
    sends: shape === 'batched' ? ceil(messages, BATCH) : alone,
    receives: chunksReceived + requests,
    invocations,
  };
}

/** How many groups evenly spread messages make, when a group takes at most `most`. */
function gathered(messages: bigint, most: bigint): bigint {
  // messages / (1 + messages a second)
  const even = ceil(messages * SECONDS, SECONDS + messages);
  const full = ceil(messages, most);
  if (full > even) return full;
  return even;
}

function variableQuantities(
  calls: bigint,
  shape: Shape,
  { messages, sends, receives, invocations }: Traffic,
  { ingest, cold_init: coldInit }: Measured,
): Quantity[] {
  const perEvent = shape === 'compressed' ? ingest.per_compressed_event : ingest.per_event;
  const runUs =
    invocations * billedUs(ingest.per_invocation) +
    messages * billedUs(ingest.per_message) +
    calls * billedUs(perEvent);
  const coldStarts = least(invocations, SECONDS / KEPT_WARM_SECONDS);
  const initUs = coldStarts * throttled(BigInt(coldInit['ingest-calls'].init_ms) * 1_000n);
  const ingestMbMs = ceil((runUs + initUs) * BigInt(INGEST.memoryMb), 1_000n);
  const runs = invocations + SCHEDULED_RUNS;
  const logBytes = runs * logBytesOf(ingest.log_bytes_per_invocation);
  return [
    { name: 'sends', price: AWS_PRICES.sqsRequests, quantity: sends },
    { name: 'receives', price: AWS_PRICES.sqsRequests, quantity: receives },
    { name: 'invocations', price: AWS_PRICES.lambdaRequests, quantity: runs },
    {
      name: 'duration',
      price: AWS_PRICES.lambdaMbMs,
      quantity: ingestMbMs + SCHEDULED_RUNS * BigInt(SCHEDULED_MEMORY_MB * SCHEDULED_RUN_MS),
    },
    { name: 'logs', price: AWS_PRICES.logBytes, quantity: logBytes },
    { name: 'logStorage', price: AWS_PRICES.logStorageBytes, quantity: logBytes },
  ];
}

function logBytesOf(line: number): bigint {
  return BigInt(line) + PLATFORM_LOG_BYTES + LOG_EVENTS * LOG_EVENT_BYTES;
}

/** A billed millisecond is wall time: work at the function's share of a processor, and waiting for Postgres. */
function billedUs({ cpu_us: cpu, wait_us: wait }: { cpu_us: number; wait_us: number }): bigint {
  return throttled(BigInt(cpu)) + BigInt(wait);
}

function throttled(cpuUs: bigint): bigint {
  return ceil(cpuUs * FULL_CPU_MB, BigInt(INGEST.memoryMb));
}

function fixedQuantities(): Quantity[] {
  const metricHours = Object.values(METRICS).reduce(
    (sum, { metrics, hoursADay }) => sum + (BigInt(metrics * hoursADay) * HOURS) / 24n,
    0n,
  );
  const secretReads = (POLLERS * SECONDS) / BigInt(INGEST.secretsSeconds);
  return [
    {
      name: 'polling',
      price: AWS_PRICES.sqsRequests,
      quantity: (BigInt(POLLED_QUEUES) * POLLERS * SECONDS) / LONG_POLL_SECONDS,
    },
    { name: 'metrics', price: AWS_PRICES.metricHours, quantity: metricHours },
    { name: 'alarms', price: AWS_PRICES.alarmMetrics, quantity: BigInt(ALARM_METRICS) },
    { name: 'schedules', price: AWS_PRICES.schedules, quantity: SCHEDULED_RUNS },
    { name: 'secrets', price: AWS_PRICES.kmsRequests, quantity: secretReads + SCHEDULED_RUNS },
  ];
}

/** Math.min takes no bigint. */
function least(a: bigint, b: bigint): bigint {
  if (b < a) return b;
  return a;
}

function ceil(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
