/** List prices of us-east-1 in November 2026, in US dollars, without the volume discounts that begin far above a billion calls. */
import { type PicoUsd, parsePicoUsd } from '../money.ts';

export interface Price {
  /** Of `per` units. */
  usd: PicoUsd;
  per: bigint;
  /** Units a month that cost an account nothing, for ever; other uses of the account may take them. */
  free: bigint;
}

const MILLION = 1_000_000n;
const GB = 1_000_000_000n;

function price(usd: string, per: bigint, free: bigint): Price {
  return { usd: parsePicoUsd(usd), per, free };
}

export const AWS_PRICES = {
  /** Standard queue, for each started 64 KiB of a request. https://aws.amazon.com/sqs/pricing/ */
  sqsRequests: price('0.40', MILLION, MILLION),
  /** https://aws.amazon.com/lambda/pricing/ */
  lambdaRequests: price('0.20', MILLION, MILLION),
  /** arm64, in MB-milliseconds: $0.0000133334 a GB-second, 400,000 of them free. https://aws.amazon.com/lambda/pricing/ */
  lambdaMbMs: price('0.0000133334', 1_024_000n, 400_000n * 1_024_000n),
  /** Bytes collected, those that CloudWatch adds to each line included. https://aws.amazon.com/cloudwatch/pricing/ */
  logBytes: price('0.50', GB, 5n * GB),
  /** Bytes kept for a month. https://aws.amazon.com/cloudwatch/pricing/ */
  logStorageBytes: price('0.03', GB, 0n),
  /** Metric-hours: $0.30 a month of 730 hours; ten metrics are free. https://aws.amazon.com/cloudwatch/pricing/ */
  metricHours: price('0.30', 730n, 10n * 730n),
  /** Metrics watched by alarms; ten are free. https://aws.amazon.com/cloudwatch/pricing/ */
  alarmMetrics: price('0.10', 1n, 10n),
  /** https://aws.amazon.com/eventbridge/pricing/ */
  schedules: price('1.00', MILLION, 14n * MILLION),
  /** Decryptions of parameters; storing and reading standard parameters is free. https://aws.amazon.com/kms/pricing/ */
  kmsRequests: price('0.03', 10_000n, 20_000n),
} as const satisfies Record<string, Price>;

/** Out of AWS to the internet; the first 100 GB a month are free. https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer */
export const INTERNET_USD_PER_GB = '0.09';
