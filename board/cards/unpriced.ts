/** The column that says what a sum of money leaves out. */
import type { Column } from '../card.ts';

export const UNPRICED: Column = {
  name: 'unpriced_calls',
  title: 'calls without a price',
  format: 'count',
  lacks: true,
};
