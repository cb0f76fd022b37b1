/** The metrics that the functions publish through their logs (EMF), as alarms see them. */
import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

interface FunctionMetrics {
  'ingest-calls': 'Stored' | 'Duplicate' | 'Rejected' | 'Bugs' | 'LagMs';
  'create-partitions': 'PartitionsAhead';
  'spend-alert': 'SpendAlertSucceeded';
  notify: 'NotificationsFailed';
  canary: 'CanaryArrived' | 'CanaryLagMs';
}

/** @param slug of the function: the metric's only dimension, written by lambdas/report.ts. */
export function functionMetric<Slug extends keyof FunctionMetrics>(
  slug: Slug,
  name: FunctionMetrics[Slug],
  options: { statistic: 'Sum' | 'Maximum' | 'Minimum'; period: Duration },
): Metric {
  return new Metric({
    namespace: 'tricost',
    metricName: name,
    dimensionsMap: { service: slug },
    ...options,
  });
}
