/** The metrics that a function printed, from its EMF lines. */
import type { MockInstance } from 'vitest';

interface EmfLine {
  _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
  [metric: string]: unknown;
}

export function metricsOf(log: MockInstance<typeof console.log>): Record<string, unknown>[] {
  return log.mock.calls
    .map(([line]) => JSON.parse(String(line)) as EmfLine)
    .map((line) => {
      const names = line._aws.CloudWatchMetrics.flatMap(({ Metrics }) =>
        Metrics.map((m) => m.Name),
      );
      return Object.fromEntries(names.map((name) => [name, line[name]]));
    });
}
