/** The charts on the page: drawn into their figures, again when colours or sizes change, and removed with their card. */
import { BarChart, LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart } from '../series.ts';
import { chartOption } from './chart-option.ts';

use([
  BarChart,
  GridComponent,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  SVGRenderer,
  TooltipComponent,
]);

interface Drawing {
  instance: EChartsType;
  figure: HTMLElement;
  chart: Chart;
}

export class Drawings {
  readonly #drawn = new Map<HTMLElement, Drawing>();
  readonly #sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      for (const { figure, instance } of this.#drawn.values()) {
        if (figure === target) instance.resize();
      }
    }
  });
  readonly #onClick: (parameter: string, value: string) => void;

  constructor(onClick: (parameter: string, value: string) => void) {
    this.#onClick = onClick;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      for (const { instance, chart } of this.#drawn.values()) instance.setOption(optionOf(chart));
    });
  }

  draw(article: HTMLElement, chart: Chart): void {
    const figure = article.querySelector<HTMLElement>('.chart');
    if (figure === null) return;
    const instance = init(figure, null, { renderer: 'svg' });
    instance.setOption(optionOf(chart));
    const { sets } = chart;
    if (sets !== null) {
      instance.on('click', ({ seriesName = '' }) => {
        // What was put together or not named is no value to narrow by.
        if (!seriesName.startsWith('(')) this.#onClick(sets, seriesName);
      });
    }
    this.#drawn.set(article, { instance, figure, chart });
    this.#sizes.observe(figure);
  }

  forget(article: HTMLElement): void {
    const drawing = this.#drawn.get(article);
    if (drawing === undefined) return;
    this.#sizes.unobserve(drawing.figure);
    drawing.instance.dispose();
    this.#drawn.delete(article);
  }
}

function optionOf(chart: Chart) {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  return chartOption(chart, dark);
}
