/** The page around the cards: tabs, filters, and each card's place; a card's content is there already or is asked for. */
import { escapeHtml } from '../../domain/escape-html.ts';
import type { FilterName } from '../card.ts';
import { cardOf } from '../cards.ts';
import { DEFAULT_WINDOW_DAYS, type Filters, WINDOWS, windowText } from '../filters.ts';
import { BOARD_NAME, type Row, type Section, TABS, type Tab } from '../layout.ts';
import { address } from './address.ts';
import { STYLE } from './style.ts';

export interface PageOptions {
  /** What each filter can be set to. */
  choices: Record<FilterName, readonly string[]>;
  filters: Filters;
  /** Under the title: whose days these are, and when. */
  asOf: string;
  /** The address of a live page's tab; absent: every tab stands on the page, and nothing can be changed. */
  tab?: string;
  /** What stands in a card; absent: the program of the page asks for it. */
  content?: (slug: string) => string;
  /** Of a Content-Security-Policy in the file itself, for a page that no server sends. */
  policy?: string;
  /** `<script>` elements. */
  scripts: string;
}

export function slugOfTab({ name }: Tab): string {
  return name.toLowerCase();
}

export function renderPage(options: PageOptions): string {
  const { tab, asOf, policy, scripts } = options;
  const live = tab !== undefined;
  const shown = live ? TABS.filter((candidate) => slugOfTab(candidate) === tab) : TABS;
  const meta =
    policy === undefined
      ? ''
      : `\n<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">${meta}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(shown.map(({ name }) => name).join(', '))} · ${escapeHtml(BOARD_NAME)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#board">To the numbers</a>
<header><div class="top">
<h1>tricost <span>the LLM bill by feature, user and prompt</span></h1>
${navigation(options)}
<p class="asof">${escapeHtml(live ? asOf : `${asOf} · ${narrowedTo(options.filters)}`)}</p>
</div></header>
${live ? filterBar(options) : ''}
${live ? '<p class="unseen" role="status"></p>\n' : ''}<main id="board">
${shown.flatMap(({ sections }) => sections.map((section) => sectionHtml(section, options))).join('\n')}
</main>
<footer><p>Days are those of the reporting zone. A dash is an unknown cost, which is not zero.</p></footer>
${scripts}
</body>
</html>
`;
}

function navigation({ tab, filters }: PageOptions): string {
  if (tab === undefined) return '';
  const links = TABS.map((candidate) => {
    const slug = slugOfTab(candidate);
    const current = slug === tab ? ' aria-current="page"' : '';
    return `<a href="${escapeHtml(tabAddress(slug, filters))}"${current}>${escapeHtml(candidate.name)}</a>`;
  });
  return `<nav aria-label="Tabs">${links.join('')}</nav>`;
}

/** The first tab needs no name in the address. */
export function tabAddress(tab: string, filters: Filters): string {
  const [first] = TABS;
  return address(first !== undefined && tab === slugOfTab(first) ? undefined : tab, filters);
}

const TITLES: Record<FilterName, string> = {
  environment: 'Environment',
  model: 'Model',
  feature: 'Feature',
  prompt: 'Prompt',
};

function filterBar({ choices, filters, tab = '' }: PageOptions): string {
  const { window } = filters;
  const chosen = window === undefined ? '' : windowText(window);
  const windows = WINDOWS.map(({ days, title }): [value: string, text: string] => [
    windowText({ days }),
    `last ${title}`,
  ]);
  if (!windows.some(([value]) => value === chosen)) {
    windows.push([chosen, chosen.replace('~', ' to ')]);
  }
  const names = Object.keys(TITLES) as FilterName[];
  const selects = names.map((name) => {
    const value = filters[name] ?? '';
    const known = choices[name];
    const values = value === '' || known.includes(value) ? known : [value, ...known];
    const options = [['', 'all'] as const, ...values.map((item) => [item, item] as const)];
    return select(name, TITLES[name], options, value);
  });
  const [first] = TABS;
  const hidden =
    first !== undefined && tab === slugOfTab(first)
      ? ''
      : `<input type="hidden" name="tab" value="${escapeHtml(tab)}">`;
  return `<div class="filters"><form method="get" aria-label="Filters">${hidden}
${select('window', 'Window', windows, chosen, windowText({ days: DEFAULT_WINDOW_DAYS }))}
${selects.join('\n')}
<noscript><button>Apply</button></noscript>
<a class="clear" href="${escapeHtml(tabAddress(tab, {}))}">Clear</a>
</form></div>`;
}

function select(
  name: string,
  title: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  usual = '',
): string {
  const items = options.map(
    ([value, text]) =>
      `<option value="${escapeHtml(value)}"${value === chosen ? ' selected' : ''}>${escapeHtml(text)}</option>`,
  );
  return `<label>${title}<select name="${name}" data-usual="${usual}">${items.join('')}</select></label>`;
}

function narrowedTo({ window, ...named }: Filters): string {
  const parts = Object.entries(named).map(([name, value]) => `${name}: ${value}`);
  if (window !== undefined) {
    parts.unshift('days' in window ? `last ${window.days} days` : `${window.from} to ${window.to}`);
  }
  return parts.join(' · ');
}

function sectionHtml({ heading, text, rows }: Section, options: PageOptions): string {
  const id = heading.toLowerCase().replaceAll(' ', '-');
  return `<section class="part" aria-labelledby="${id}"><h2 id="${id}">${escapeHtml(heading)}</h2>
<p>${escapeHtml(text)}</p>
${rows.map((row) => rowHtml(row, options)).join('\n')}</section>`;
}

const GRID_ROW_REM = 3;

function rowHtml({ height, cards }: Row, { content }: PageOptions): string {
  const articles = cards.map(({ slug, width }) => {
    const { title, question, display } = cardOf(slug);
    const isScalar = display.kind === 'scalar' || display.kind === 'smartscalar';
    const body = content === undefined ? '<div class="waiting"></div>' : content(slug);
    const busy = content === undefined ? ' aria-busy="true"' : '';
    const asked = `<p class="question">${escapeHtml(question)}</p>`;
    return `<article data-card="${slug}"${isScalar ? ' class="scalar"' : ''} style="--width:${width};--height:${height * GRID_ROW_REM}rem" aria-labelledby="card-${slug}">
<h3 id="card-${slug}">${escapeHtml(title)}</h3>${isScalar ? '' : asked}
<div class="body"${busy}>${body}</div>${isScalar ? asked : ''}
</article>`;
  });
  return `<div class="row">${articles.join('\n')}</div>`;
}
