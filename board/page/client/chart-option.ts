/** A chart as ECharts wants it (https://echarts.apache.org/en/option.html). */
import type { BarSeriesOption, LineSeriesOption } from 'echarts/charts';
import type { EChartsCoreOption } from 'echarts/core';
import { escapeHtml } from '../../../domain/escape-html.ts';
import { formatValue } from '../format.ts';
import type { Chart } from '../series.ts';

/** Told apart in light, in dark, and by most who see fewer colours. The last is what is left over. */
const PALETTE = [
  '#4269d0',
  '#efb118',
  '#ff725c',
  '#3ca9a0',
  '#a463f2',
  '#3ca951',
  '#ff8ab7',
  '#9c6b4e',
  '#97bbf5',
];
const REST = '#9aa1ab';

export function chartOption(chart: Chart, dark: boolean): EChartsCoreOption {
  const { days, format, kind, stacked, marks } = chart;
  const text = dark ? '#a0a9b5' : '#59626e';
  const line = dark ? '#2b313a' : '#e3e6ea';
  // A series of nothing but unknowns has nothing to draw; the table says so.
  const drawn = chart.series.filter(({ values }) => values.some((value) => value !== null));
  const write = (value: number) => formatValue(String(value), format);
  const series = drawn.map(({ name, values }, index): BarSeriesOption | LineSeriesOption => {
    const color = name.startsWith('(') ? REST : (PALETTE[index % PALETTE.length] ?? REST);
    const all = {
      name,
      data: values,
      color,
      emphasis: { focus: 'series' as const },
      ...(stacked ? { stack: 'all' } : {}),
      ...(index === 0 && marks.length > 0 ? { markLine: markLine(marks, text) } : {}),
    };
    if (kind === 'bar') return { ...all, type: 'bar', barCategoryGap: '22%' };
    return {
      ...all,
      type: 'line',
      showSymbol: days.length === 1,
      lineStyle: { width: 2 },
      ...(kind === 'area' ? { areaStyle: { opacity: 0.7 } } : {}),
      triggerLineEvent: true,
    };
  });
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, -apple-system, 'Segoe UI', sans-serif" },
    grid: {
      left: 4,
      right: 12,
      top: marks.length > 0 ? 34 : 12,
      bottom: drawn.length > 1 ? 34 : 4,
      outerBoundsMode: 'same',
    },
    legend: {
      show: drawn.length > 1,
      type: 'scroll',
      bottom: 0,
      left: 0,
      icon: 'roundRect',
      itemWidth: 10,
      itemHeight: 10,
      textStyle: { color: text },
      pageTextStyle: { color: text },
      pageIconColor: text,
    },
    xAxis: {
      type: 'category',
      data: days,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: line } },
      axisLabel: { color: text, hideOverlap: true, formatter: shortDay },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      // Of a whole, nothing is more than all of it.
      max: ({ max }: { max: number }) => (format === 'percent' && max > 0.5 && max <= 1 ? 1 : null),
      splitLine: { lineStyle: { color: line } },
      axisLabel: { color: text, formatter: (value: number) => axisValue(value, chart) },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      axisPointer: { type: kind === 'bar' ? 'shadow' : 'line' },
      backgroundColor: dark ? '#232932' : '#fff',
      borderColor: line,
      textStyle: { color: dark ? '#e8ebef' : '#1b2027', fontSize: 13 },
      formatter: (points: unknown) => tooltip(points as Point[], stacked, write),
    },
    series,
  };
}

function markLine(marks: Chart['marks'], color: string): NonNullable<LineSeriesOption['markLine']> {
  return {
    symbol: 'none',
    lineStyle: { color, type: 'dashed', width: 1 },
    label: { color, fontSize: 11, position: 'end' },
    data: marks.map(({ day, label }) => ({ xAxis: day, label: { formatter: label } })),
  };
}

/** Of ECharts' own, what is read here. */
interface Point {
  name: string;
  seriesName: string;
  value: number | null | undefined;
  color: string;
}

function tooltip(
  points: readonly Point[],
  stacked: boolean,
  write: (value: number) => string,
): string {
  const known = points
    .flatMap((point) => (typeof point.value === 'number' ? [{ ...point, value: point.value }] : []))
    .filter(({ value }) => value !== 0)
    .sort((a, b) => b.value - a.value);
  const rows = known.map(
    ({ seriesName, color, value }) =>
      `<tr><td><span style="color:${escapeHtml(color)}">●</span> ${escapeHtml(seriesName)}</td><td class="number">${escapeHtml(write(value))}</td></tr>`,
  );
  if (stacked && known.length > 1) {
    const total = known.reduce((sum, { value }) => sum + value, 0);
    rows.push(`<tr><td>all</td><td class="number"><b>${escapeHtml(write(total))}</b></td></tr>`);
  }
  return `<b>${escapeHtml(points[0]?.name ?? '')}</b><table>${rows.join('')}</table>`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-08` is `8 Nov`. */
function shortDay(day: string): string {
  return `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1] ?? ''}`;
}

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

function axisValue(value: number, { format }: Chart): string {
  if (format === 'usd' || format === 'usd_fine') {
    return value >= 10 || value === 0
      ? `$${COMPACT.format(value)}`
      : `$${Number(value.toFixed(3))}`;
  }
  return format === 'count' ? COMPACT.format(value) : formatValue(String(value), format);
}
