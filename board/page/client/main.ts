/** The page's program: fetches cards, draws charts, and keeps the address in step with what is shown. */
import type { Chart } from '../series.ts';
import { Drawings } from './drawings.ts';

/** What the server answers for a card. */
interface Answer {
  html: string;
  chart: Chart | null;
}

const drawings = new Drawings(narrowTo);
const embedded = document.getElementById('charts');
let loading = new AbortController();
let wasShown = false;

if (embedded === null) {
  document.addEventListener('change', onFilter);
  document.addEventListener('click', onLink);
  window.addEventListener('popstate', show);
  void show();
} else {
  const charts = JSON.parse(embedded.textContent ?? '{}') as Record<string, Chart>;
  for (const article of articles()) {
    const chart = charts[article.dataset['card'] ?? ''];
    if (chart !== undefined) drawings.draw(article, chart);
  }
}

function articles(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-card]')];
}

/** Every card as the address says. What was on its way for an earlier address is dropped. */
async function show(): Promise<void> {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  fillForm();
  await Promise.all(articles().map((article) => load(article, signal)));
  if (signal.aborted) return;
  const status = document.querySelector('[role=status]');
  // For who does not see it: said when a filter has changed, not when the page has come.
  if (status !== null && wasShown) status.textContent = `The board shows ${inWords()}.`;
  wasShown = true;
}

function inWords(): string {
  const set = [...document.querySelectorAll<HTMLSelectElement>('select.set')];
  if (set.length === 0) return 'everything';
  return set.map(({ name, value }) => `${name} ${value}`).join(', ');
}

async function load(article: HTMLElement, signal: AbortSignal): Promise<void> {
  const body = article.querySelector<HTMLElement>('.body');
  if (body === null) return;
  body.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(`cards/${article.dataset['card']}${location.search}`, { signal });
    if (!response.ok) throw new Error(await response.text());
    const { html, chart } = (await response.json()) as Answer;
    drawings.forget(article);
    const opened = body.querySelector('details')?.open === true;
    // Written by the server, which escapes whatever came from outside.
    body.innerHTML = html;
    if (opened) body.querySelector('details')?.setAttribute('open', '');
    if (chart !== null) drawings.draw(article, chart);
  } catch (error) {
    if (signal.aborted) return;
    drawings.forget(article);
    const failed = document.createElement('p');
    failed.className = 'failed';
    failed.textContent = `Not read: ${error instanceof Error ? error.message : String(error)}`;
    body.replaceChildren(failed);
  }
  body.removeAttribute('aria-busy');
}

function onFilter({ target }: Event): void {
  if (!(target instanceof HTMLSelectElement)) return;
  narrowTo(target.name, target.value === target.dataset['usual'] ? '' : target.value);
}

/** @param value the empty text: not narrowed by it */
function narrowTo(name: string, value: string): void {
  const query = new URLSearchParams(location.search);
  if (value === '' || query.get(name) === value) query.delete(name);
  else query.set(name, value);
  go(`?${query}`);
}

function go(address: string): void {
  history.pushState(null, '', address);
  void show();
}

/** A link that only narrows stays on the page; one to another tab loads it. */
function onLink(event: MouseEvent): void {
  const link = (event.target as Element).closest('a');
  const address = link?.getAttribute('href') ?? '';
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0);
  if (!address.startsWith('?') || !isPlain) return;
  const tab = (query: string) => new URLSearchParams(query).get('tab');
  if (tab(address) !== tab(location.search)) return;
  event.preventDefault();
  go(address);
}

/** The form and the links to the tabs say what the address says, also after going back. */
function fillForm(): void {
  const query = new URLSearchParams(location.search);
  for (const select of document.querySelectorAll('select')) {
    const value = query.get(select.name) ?? '';
    if (![...select.options].some((option) => option.value === value) && value !== '') {
      select.add(new Option(value, value));
    }
    if (value === '') select.selectedIndex = usualIndex(select);
    else select.value = value;
    select.classList.toggle('set', value !== '');
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a')) {
    const others = new URLSearchParams(query);
    const tab = new URLSearchParams(link.search).get('tab');
    if (tab === null) others.delete('tab');
    else others.set('tab', tab);
    link.search = others.toString();
  }
}

function usualIndex(select: HTMLSelectElement): number {
  const usual = [...select.options].findIndex(({ value }) => value === select.dataset['usual']);
  return Math.max(0, usual);
}
