/** What a reader narrowed the board to, and how that stands in the address of the page. */

import type { FilterName } from './card.ts';

/** So many whole days before today and today, or dates of the reporting zone, both included. */
export type Window = { days: number } | { from: string; to: string };

export interface Filters {
  window?: Window;
  environment?: string;
  model?: string;
  feature?: string;
  prompt?: string;
}

export const WINDOWS: readonly { days: number; title: string }[] = [
  { days: 7, title: '7 days' },
  { days: 30, title: '30 days' },
  { days: 90, title: '90 days' },
  { days: 395, title: '13 months' },
];

export const DEFAULT_WINDOW_DAYS = 30;

const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const NAMES = ['environment', 'model', 'feature', 'prompt'] as const satisfies FilterName[];

/** Whatever cannot be meant is as if it were not there: addresses are typed and cut by hand. */
export function readFilters(query: URLSearchParams): Filters {
  const filters: Filters = {
    window: readWindow(query.get('window') ?? '') ?? { days: DEFAULT_WINDOW_DAYS },
  };
  for (const name of NAMES) {
    const value = query.get(name);
    // Postgres has no text with NUL.
    if (value !== null && value !== '' && !value.includes('\0')) filters[name] = value;
  }
  return filters;
}

/** What `readWindow` reads, for people. */
export const WINDOW_FORMS =
  '7d, 30d, 90d, 395d or two dates like 2026-10-01~2026-10-31, the first no later than the second';

/** `30d` or `2026-10-01~2026-10-31`; undefined when it is neither, or ends before it begins. */
export function readWindow(text: string): Window | undefined {
  const [from = '', to = ''] = text.split('~');
  if (isDate(from) && isDate(to) && from <= to) return { from, to };
  const listed = WINDOWS.find(({ days }) => text === `${days}d`);
  return listed === undefined ? undefined : { days: listed.days };
}

export function windowText(window: Window): string {
  return 'days' in window ? `${window.days}d` : `${window.from}~${window.to}`;
}

function isDate(text: string): boolean {
  return DATE.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

/** The query of the page's address; what is as usual is left out. */
export function writeFilters(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  const { window } = filters;
  if (window !== undefined && !('days' in window && window.days === DEFAULT_WINDOW_DAYS)) {
    query.set('window', windowText(window));
  }
  for (const name of NAMES) {
    const value = filters[name];
    if (value !== undefined) query.set(name, value);
  }
  return query;
}
