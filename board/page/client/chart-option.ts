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
const REST = '#b3bac4';
/** Of calls that name no feature: not the same as all others together. */
const UNTAGGED = '#6b7480';

export function chartOption(chart: Chart, dark: boolean): EChartsCoreOption {
  const { days, format, kind, stacked, marks, partialDay } = chart;
  const partial = partialDay === null ? -1 : days.indexOf(partialDay);
  const text = dark ? '#a0a9b5' : '#59626e';
  const line = dark ? '#2b313a' : '#e3e6ea';
  // A series of nothing but unknowns has nothing to draw; the table says so.
  const drawn = chart.series.filter(({ values }) => values.some((value) => value !== null));
  const write = (value: number) => formatValue(String(value), format);
  const series = drawn.flatMap(
    ({ name, values }, index): (BarSeriesOption | LineSeriesOption)[] => {
      const color = colorOf(name, index);
      const all = {
        name,
        color,
        emphasis: { focus: 'series' as const },
        ...(stacked ? { stack: 'all' } : {}),
        ...(index === 0 && marks.length > 0 ? { markLine: markLine(marks, text) } : {}),
      };
      if (kind === 'bar') {
        const data = values.map((value, day) =>
          day === partial ? { value, itemStyle: partialBar(color) } : value,
        );
        return [{ ...all, type: 'bar', barCategoryGap: '22%', data }];
      }
      const line: LineSeriesOption = {
        ...all,
        type: 'line',
        showSymbol: days.length === 1,
        lineStyle: { width: 2 },
        ...(kind === 'area' ? { areaStyle: { opacity: 0.7 } } : {}),
        triggerLineEvent: true,
      };
      if (partial < 1) return [{ ...line, data: values }];
      // The way to today is a line of its own: one has one pattern.
      const { markLine: _, ...dashed } = line;
      return [
        { ...line, data: values.map((value, day) => (day === partial ? null : value)) },
        {
          ...dashed,
          lineStyle: { width: 2, type: 'dashed' },
          showSymbol: true,
          symbol: 'emptyCircle',
          symbolSize: (_value: unknown, { dataIndex }: { dataIndex: number }) =>
            dataIndex === partial ? 6 : 0,
          data: values.map((value, day) => (day >= partial - 1 && day <= partial ? value : null)),
        },
      ];
    },
  );
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, -apple-system, 'Segoe UI', sans-serif" },
    grid: {
      left: 4,
      right: 12,
      top: marks.length > 0 ? 34 : 12,
      bottom: 34,
      outerBoundsMode: 'same',
    },
    legend: {
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
      ...(isMostOfAll(chart) ? { min: 0, max: 1, interval: 0.25 } : {}),
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
      formatter: (points: unknown) => tooltip(points as Point[], chart, write),
    },
    series,
  };
}

function colorOf(name: string, index: number): string {
  if (name === '(other)') return REST;
  return name.startsWith('(') ? UNTAGGED : (PALETTE[index % PALETTE.length] ?? REST);
}

/** As far as the day has come. */
function partialBar(color: string) {
  return {
    color,
    opacity: 0.45,
    borderColor: color,
    borderWidth: 1,
    borderType: 'dashed' as const,
  };
}

/** Of a whole, nothing is more than all of it, and a step that fits keeps the last two names of the axis apart. */
function isMostOfAll({ format, series }: Chart): boolean {
  const most = Math.max(...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  return format === 'percent' && most > 0.5 && most <= 1;
}

function markLine(marks: Chart['marks'], color: string): NonNullable<LineSeriesOption['markLine']> {
  return {
    symbol: 'none',
    lineStyle: { color, type: 'dashed', width: 1 },
    label: { color, fontSize: 11, position: 'end' },
    data: [...Map.groupBy(marks, ({ day }) => day)].map(([day, [first, ...others]]) => ({
      xAxis: day,
      // One over the other they could not be read; the table has each.
      label: {
        formatter: `${first?.label}${others.length === 0 ? '' : ` and ${others.length} more`}`,
      },
    })),
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
  { stacked, partialDay }: Chart,
  write: (value: number) => string,
): string {
  const known = points
    .flatMap((point) => (typeof point.value === 'number' ? [{ ...point, value: point.value }] : []))
    .filter(({ value }) => value !== 0)
    // The day before today stands on both parts of a line.
    .filter(
      ({ seriesName }, index, all) =>
        all.findIndex((one) => one.seriesName === seriesName) === index,
    )
    .sort((a, b) => b.value - a.value);
  const rows = known.map(
    ({ seriesName, color, value }) =>
      `<tr><td><span style="color:${escapeHtml(color)}">●</span> ${escapeHtml(seriesName)}</td><td class="number">${escapeHtml(write(value))}</td></tr>`,
  );
  if (stacked && known.length > 1) {
    const total = known.reduce((sum, { value }) => sum + value, 0);
    rows.push(`<tr><td>all</td><td class="number"><b>${escapeHtml(write(total))}</b></td></tr>`);
  }
  const day = points[0]?.name ?? '';
  return `<b>${escapeHtml(day)}${day === partialDay ? ' so far' : ''}</b><table>${rows.join('')}</table>`;
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
