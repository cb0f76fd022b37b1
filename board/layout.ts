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

const FULL = (slug: string, height: number): Row => ({ height, cards: [{ slug, width: 24 }] });
const HALVES = (left: string, right: string, height: number): Row => ({
  height,
  cards: [
    { slug: left, width: 12 },
    { slug: right, width: 12 },
  ],
});

export const TABS: readonly Tab[] = [
  {
    name: 'Spend',
    sections: [
      {
        heading: 'Overview',
        text: 'Whole days before today. Environment, model and feature apply.',
        rows: [
          {
            height: 3,
            cards: [
              { slug: 'spend-7-days', width: 4 },
              { slug: 'spend-30-days', width: 4 },
              { slug: 'spend-month-to-date', width: 4 },
              { slug: 'spend-month-forecast', width: 4 },
              { slug: 'cost-per-1000-calls', width: 4 },
              { slug: 'unpriced-calls', width: 4 },
            ],
          },
        ],
      },
      {
        heading: 'By feature',
        text: 'Environment and model apply, and the window, which ends with today so far, to the series. A click on a feature narrows the sections around this one to it.',
        rows: [FULL('spend-by-feature', 7), HALVES('features-7-days', 'features-30-days', 9)],
      },
      {
        heading: 'By user',
        text: 'Environment, model and feature apply, and the window to the series. Without any of the three the tables are as of the time below them, and so is who the eight users are; all else is as of now.',
        rows: [FULL('spend-by-user', 7), HALVES('users-7-days', 'users-30-days', 9)],
      },
      {
        heading: 'By prompt',
        text: 'Environment, model, feature and prompt apply (the model not to the transitions), and the window to the series and the transitions. A click on a prompt narrows the board to its feature, and this section to its versions.',
        rows: [
          FULL('spend-by-prompt', 7),
          HALVES('prompts-7-days', 'prompts-30-days', 9),
          FULL('prompt-transitions', 5),
        ],
      },
      {
        heading: 'Alert history',
        text: 'Feature applies.',
        rows: [FULL('alert-history', 6)],
      },
    ],
  },
  {
    name: 'Operations',
    sections: [
      {
        heading: 'How calls behave',
        text: 'Window, environment, model and feature apply.',
        rows: [HALVES('cache-hits', 'latency', 7)],
      },
      {
        heading: 'What the numbers leave out',
        text: 'Window, environment and model apply to the prices and the tags, and the feature to the prices. No filter applies to rejected events.',
        rows: [HALVES('unpriced-models', 'rejected-events', 7), FULL('tag-coverage', 5)],
      },
      {
        heading: 'What arrived',
        text: 'No filter applies.',
        rows: [HALVES('ingest-lag', 'reused-event-ids', 4), FULL('deliveries', 5)],
      },
    ],
  },
];
