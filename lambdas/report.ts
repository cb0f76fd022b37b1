/** One line of log per invocation: counts as CloudWatch metrics (EMF), and what a reader needs beside them. */
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Prints the line. Metrics live in namespace `tricost`, dimension `service` = slug. */
export function report(
  slug: string,
  counts: Record<string, number>,
  details: Record<string, string> = {},
): void {
  const metrics = new Metrics({ namespace: 'tricost', serviceName: slug });
  for (const [name, count] of Object.entries(counts)) {
    metrics.addMetric(
      name,
      name.endsWith('Ms') ? MetricUnit.Milliseconds : MetricUnit.Count,
      count,
    );
  }
  for (const [name, detail] of Object.entries(details)) metrics.addMetadata(name, detail);
  metrics.publishStoredMetrics();
}

/** What went wrong, for a log line: name, code and message, never the row or the connection string. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  return `${error.name}${code}: ${error.message}`;
}
