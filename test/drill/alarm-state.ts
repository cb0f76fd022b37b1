/** Says whether an alarm of the template rings, as CloudWatch would judge it from given facts. */
import { createContext, runInContext } from 'node:vm';

interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: unknown }[];
}
interface MathPart {
  Id: string;
  Expression?: string;
  MetricStat?: { Metric: Metric; Stat: string; Period: number };
}
export interface AlarmDefinition extends Partial<Metric> {
  AlarmName: string;
  Statistic?: string;
  Period?: number;
  Metrics?: MathPart[];
  EvaluationPeriods: number;
  Threshold: number;
  ComparisonOperator: string;
  TreatMissingData: string;
}

/** What was measured of a metric in `[from, to)`. */
export type Facts = (metric: Metric, from: number, to: number) => Promise<number[]>;

/** @param before whether it rang: kept where missing data change nothing */
export async function isRinging(
  alarm: AlarmDefinition,
  facts: Facts,
  now: number,
  before: boolean,
): Promise<boolean> {
  const periodMs =
    1_000 * (alarm.Period ?? alarm.Metrics?.find(isMeasured)?.MetricStat.Period ?? 0);
  if (!(periodMs > 0)) throw new Error(`${alarm.AlarmName} has no period`);
  const breaches: boolean[] = [];
  for (let period = 0; period < alarm.EvaluationPeriods; period += 1) {
    const to = now - period * periodMs;
    const value = await measured(alarm, facts, to - periodMs, to);
    if (value !== undefined) breaches.push(isBreach(alarm, value));
    else if (alarm.TreatMissingData === 'breaching') breaches.push(true);
    else if (alarm.TreatMissingData === 'notBreaching') breaches.push(false);
    else if (alarm.TreatMissingData !== 'ignore') throw new Error(alarm.TreatMissingData);
  }
  return breaches.length === 0 ? before : breaches.every(Boolean);
}

function isMeasured(part: MathPart): part is Required<Pick<MathPart, 'Id' | 'MetricStat'>> {
  return part.MetricStat !== undefined;
}

async function measured(
  alarm: AlarmDefinition,
  facts: Facts,
  from: number,
  to: number,
): Promise<number | undefined> {
  if (alarm.Metrics === undefined) {
    return statistic(String(alarm.Statistic), await facts(alarm as Metric, from, to));
  }
  const names: Record<string, unknown> = {
    IF: (is: boolean, a: number, b: number) => (is ? a : b),
  };
  for (const { Id, MetricStat } of alarm.Metrics.filter(isMeasured)) {
    const value = statistic(MetricStat.Stat, await facts(MetricStat.Metric, from, to));
    if (value === undefined) return undefined;
    names[Id] = value;
  }
  const expression = alarm.Metrics.find((part) => part.Expression !== undefined)?.Expression;
  return Number(runInContext(String(expression), createContext(names)));
}

function statistic(name: string, values: number[]): number | undefined {
  if (values.length === 0) return undefined;
  switch (name) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    default:
      throw new Error(`the drill does not know the statistic ${name}`);
  }
}

function isBreach({ ComparisonOperator, Threshold }: AlarmDefinition, value: number): boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanThreshold':
      return value > Threshold;
    case 'LessThanThreshold':
      return value < Threshold;
    default:
      throw new Error(`the drill does not know the comparison ${ComparisonOperator}`);
  }
}
