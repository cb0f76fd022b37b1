/** The whole board as one file that needs nothing else: every number is in it, of one instant, and so is what draws it. */
import type { ClientBase } from 'pg';
import { asDashboard, readOnly } from '../../adapters/postgres/read-as-text.ts';
import { answerCard, readBoardData } from '../board-data.ts';
import { CARDS } from '../cards.ts';
import type { Filters } from '../filters.ts';
import { clientProgram } from './client-program.ts';
import { renderPage } from './page.ts';
import { type RenderedCard, renderCard } from './render-card.ts';
import type { Chart } from './series.ts';

/** It stays where it is and loads nothing. */
const POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'";

const TIMEOUT_MS = 120_000;

/** @param onCard told how many cards of how many were read */
export async function exportPage(
  client: ClientBase,
  filters: Filters,
  onCard: (done: number, all: number) => void,
): Promise<string> {
  const rendered = new Map<string, RenderedCard>();
  const { choices, asOf } = await readOnly(client, TIMEOUT_MS, async () => {
    await asDashboard(client);
    for (const card of CARDS) {
      const { rows, ...context } = await answerCard(client, card, filters);
      rendered.set(card.slug, renderCard(card, rows, { filters, ...context }));
      onCard(rendered.size, CARDS.length);
    }
    return readBoardData(client);
  });
  const charts: Record<string, Chart> = {};
  for (const [slug, { chart }] of rendered) if (chart !== null) charts[slug] = chart;
  return renderPage({
    choices,
    filters,
    asOf,
    policy: POLICY,
    content: (slug) => rendered.get(slug)?.html ?? '',
    scripts: `<script type="application/json" id="charts">${inScript(charts)}</script>
<script>${await clientProgram()}</script>`,
  });
}

/** Names come from events: none of them ends the element. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
