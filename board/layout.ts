/** Where each card stands: tabs, sections under a heading, and rows of a grid of 24 columns. */

export const GRID_COLUMNS = 24;

export interface Section {
  heading: string;
  /** Under the heading: what the section shows, and which filters apply to it. */
  text: string;
  rows: readonly Row[];
}

export interface Row {
  /** In rows of the grid, as Metabase counts them: about 50 pixels each. */
  height: number;
  /** From left to right; the widths add up to the grid's columns. */
  cards: readonly { slug: string; width: number }[];
}

export interface Tab {
  name: string;
  sections: readonly Section[];
}

export const BOARD_NAME = 'tricost: the LLM bill by feature, user and prompt';

export const TABS: readonly Tab[] = [
  {
    name: 'Spend',
    sections: [
      {
        heading: 'Overview',
        text: 'Whole days before today. Environment, model and feature apply.',
        rows: [{ height: 3, cards: [{ slug: 'spend-7-days', width: 24 }] }],
      },
      {
        heading: 'By feature',
        text: 'Window, environment and model apply to the series. A click on a feature narrows the sections below to it.',
        rows: [{ height: 7, cards: [{ slug: 'spend-by-feature', width: 24 }] }],
      },
    ],
  },
  {
    name: 'Operations',
    sections: [
      {
        heading: 'Alerts',
        text: 'Feature applies.',
        rows: [{ height: 7, cards: [{ slug: 'alert-history', width: 24 }] }],
      },
    ],
  },
];
