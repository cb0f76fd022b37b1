/** Sums the metrics that functions print in CloudWatch's embedded metric format, for the summary of a run. */

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
interface EmbeddedMetrics {
  _aws: { CloudWatchMetrics: { Metrics: { Name: string }[] }[] };
}

export class MetricTotals {
  readonly #totals = new Map<string, number>();

  /** Takes any line of log; those without metrics change nothing. */
  add(functionName: string, line: string): void {
    const document = parse(line);
    if (document === undefined) return;
    for (const { Metrics: metrics } of document._aws.CloudWatchMetrics) {
      for (const { Name: name } of metrics) {
        const value: unknown = (document as unknown as Record<string, unknown>)[name];
        const sum = [value].flat().reduce((total: number, item) => total + Number(item), 0);
        const key = keyOf(functionName, name);
        this.#totals.set(key, (this.#totals.get(key) ?? 0) + sum);
      }
    }
  }

  /** What the function has printed for the metric since the runner started. */
  total(functionName: string, metric: string): number {
    return this.#totals.get(keyOf(functionName, metric)) ?? 0;
  }
}

function keyOf(functionName: string, metric: string): string {
  return `${functionName} ${metric}`;
}

function parse(line: string): EmbeddedMetrics | undefined {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return undefined;
  try {
    const document = JSON.parse(line) as EmbeddedMetrics;
    return Array.isArray(document._aws.CloudWatchMetrics) ? document : undefined;
  } catch {
    return undefined;
  }
}
