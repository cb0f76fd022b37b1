/** The address of the page: which tab, and what it is narrowed to. Relative, so that it works wherever the page is. */
import { type Filters, writeFilters } from '../filters.ts';

export function address(tab: string | undefined, filters: Filters): string {
  const query = writeFilters(filters);
  if (tab !== undefined) query.set('tab', tab);
  return `?${query}`;
}
