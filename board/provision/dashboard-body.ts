/**
 * The board's layout as a dashboard of Metabase: filters, tabs, and cards on the grid. A change replaces all three lists, so what
 * is already there keeps its number (links and subscriptions name it), and what people added stays where they put it.
 */
import type {
  DashboardParameter,
  DashboardTab,
  Dashcard,
  StoredDashboard,
  StoredDashcard,
  VisualizationSettings,
} from '../../adapters/metabase/bodies.ts';
import { type Card, PARAMETERS, type Parameter } from '../card.ts';
import { GRID_COLUMNS, type Tab } from '../layout.ts';
import { DEFAULT_WINDOW, FILTERS } from './card-body.ts';
import { fingerprint } from './identity.ts';
import { columnKey } from './visualization.ts';

/** A place on the grid before it has a number. */
interface Tile {
  tab: string;
  card: Card | undefined;
  row: number;
  col: number;
  size_x: number;
  size_y: number;
  visualization_settings: VisualizationSettings;
}

export interface Arrangement {
  parameters: object[];
  tabs: DashboardTab[];
  dashcards: Dashcard[];
}

export interface Known {
  /** Metabase's number of each card of the board. */
  cardIds: ReadonlyMap<string, number>;
  /** Numbers of cards that were on the board and are no longer. */
  formerCardIds: ReadonlySet<number>;
  /** Fingerprints of texts that an earlier run wrote. */
  formerTexts: ReadonlySet<string>;
  /** Numbers of tabs that an earlier run made, by the name that it gave them. */
  formerTabs: ReadonlyMap<string, number>;
}

const HEADING_HEIGHT = 1;
const TEXT_HEIGHT = 1;

/** @param observed undefined: nothing is there yet */
export function arrange(
  tabs: readonly Tab[],
  cardOf: (slug: string) => Card,
  { cardIds, formerCardIds, formerTexts, formerTabs }: Known,
  observed: Pick<StoredDashboard, 'parameters' | 'tabs' | 'dashcards'> | undefined,
): Arrangement {
  const tiles = tabs.flatMap((tab) => tilesOf(tab, cardOf));
  const stored = (observed?.dashcards ?? []).map(asDashcard);
  const storedTabs = observed?.tabs ?? [];
  const tabId = new Map(
    tabs.map(({ name }, index) => {
      const same =
        storedTabs.find(({ id }) => id === formerTabs.get(name)) ??
        storedTabs.find((tab) => tab.name === name);
      return [name, same?.id ?? -1 - index];
    }),
  );
  const ownTabs = new Set<number | null>([null, ...tabId.values(), ...formerTabs.values()]);
  const isOnOwnTab = (dashcard: Dashcard): boolean => ownTabs.has(dashcard.dashboard_tab_id);

  const left = new Set(stored);
  const take = (tile: Tile): Dashcard | undefined => {
    const cardId = tile.card === undefined ? null : (cardIds.get(tile.card.slug) ?? null);
    const same = [...left].filter(
      (candidate) =>
        isOnOwnTab(candidate) &&
        candidate.card_id === cardId &&
        (cardId !== null || textOf(candidate) === textOf(tile)) &&
        isVirtual(candidate) === (cardId === null),
    );
    const taken = same.find((one) => one.dashboard_tab_id === tabId.get(tile.tab)) ?? same[0];
    if (taken !== undefined) left.delete(taken);
    return taken;
  };
  const ours = tiles.map((tile, index) =>
    dashcardOf(tile, {
      id: take(tile)?.id ?? -1 - index,
      cardId: tile.card === undefined ? null : (cardIds.get(tile.card.slug) ?? null),
      tabId: tabId.get(tile.tab) ?? null,
    }),
  );

  const ownIds = new Set(cardIds.values());
  const isLeftOver = (dashcard: Dashcard): boolean => {
    if (isVirtual(dashcard)) {
      return isOnOwnTab(dashcard) && formerTexts.has(textOf(dashcard) ?? '');
    }
    if (dashcard.card_id === null) return false;
    // An archived card is shown nowhere. One of the board may stand on a tab of somebody else's, too.
    return (
      formerCardIds.has(dashcard.card_id) || (isOnOwnTab(dashcard) && ownIds.has(dashcard.card_id))
    );
  };
  const added = [...left].filter((dashcard) => !isLeftOver(dashcard));
  const inUse = new Set(tabId.values());
  const addedTabs = storedTabs.filter(
    ({ id }) =>
      !inUse.has(id) &&
      (!ownTabs.has(id) || added.some((dashcard) => dashcard.dashboard_tab_id === id)),
  );
  const parameters = dashboardParameters(ours);
  const addedParameters = (observed?.parameters ?? []).filter(
    ({ id }) => !PARAMETERS.some((name) => name === id),
  );
  return {
    parameters: [...parameters, ...addedParameters],
    tabs: [
      ...tabs.map(({ name }) => ({ id: tabId.get(name) ?? 0, name })),
      ...addedTabs.map(({ id, name }) => ({ id, name })),
    ],
    dashcards: [...ours, ...added],
  };
}

/** Fingerprints of the texts of a layout, to know them again when they are no longer in it. */
export function textsOf(tabs: readonly Tab[], cardOf: (slug: string) => Card): string[] {
  return tabs
    .flatMap((tab) => tilesOf(tab, cardOf))
    .flatMap((tile) => textOf(tile) ?? [])
    .sort();
}

function tilesOf(tab: Tab, cardOf: (slug: string) => Card): Tile[] {
  const tiles: Tile[] = [];
  let row = 0;
  const wide = (display: 'heading' | 'text', text: string, height: number): void => {
    tiles.push({
      tab: tab.name,
      card: undefined,
      row,
      col: 0,
      size_x: GRID_COLUMNS,
      size_y: height,
      visualization_settings: {
        virtual_card: {
          name: null,
          display,
          visualization_settings: {},
          dataset_query: {},
          archived: false,
        },
        text,
        'dashcard.background': false,
      },
    });
    row += height;
  };
  for (const section of tab.sections) {
    wide('heading', section.heading, HEADING_HEIGHT);
    wide('text', section.text, TEXT_HEIGHT);
    for (const { height, cards } of section.rows) {
      let col = 0;
      for (const { slug, width } of cards) {
        const card = cardOf(slug);
        tiles.push({
          tab: tab.name,
          card,
          row,
          col,
          size_x: width,
          size_y: height,
          visualization_settings: clickSettings(card),
        });
        col += width;
      }
      row += height;
    }
  }
  return tiles;
}

/** A click belongs to the dashboard: in a table to a column, in a chart to all of it. */
function clickSettings({ click, columns, display }: Card): VisualizationSettings {
  if (click === undefined) return {};
  const titleOf = (column: string) => columns.find(({ name }) => name === column)?.title ?? column;
  const behavior = {
    type: 'crossfilter',
    parameterMapping: Object.fromEntries(
      Object.entries(click.sets).map(([parameter, column]) => [
        parameter,
        {
          id: parameter,
          source: { type: 'column', id: column, name: titleOf(column) },
          target: { type: 'parameter', id: parameter },
        },
      ]),
    ),
  };
  return display.kind === 'table'
    ? { column_settings: { [columnKey(click.column)]: { click_behavior: behavior } } }
    : { click_behavior: behavior };
}

function dashcardOf(
  { card, row, col, size_x, size_y, visualization_settings }: Tile,
  { id, cardId, tabId }: { id: number; cardId: number | null; tabId: number | null },
): Dashcard {
  return {
    id,
    card_id: cardId,
    dashboard_tab_id: tabId,
    row,
    col,
    size_x,
    size_y,
    series: [],
    visualization_settings,
    parameter_mappings:
      card === undefined || cardId === null
        ? []
        : card.parameters.map((parameter) => ({
            parameter_id: parameter,
            card_id: cardId,
            target: ['dimension', ['template-tag', parameter]],
          })),
  };
}

/** Those that some card of the board uses. Their ids never change: a subscription that uses one which is gone is archived. */
function dashboardParameters(dashcards: readonly Dashcard[]): DashboardParameter[] {
  const used = new Set(
    dashcards.flatMap(({ parameter_mappings }) =>
      parameter_mappings.map(({ parameter_id }) => parameter_id),
    ),
  );
  return PARAMETERS.filter((parameter) => used.has(parameter)).map((parameter: Parameter) => ({
    id: parameter,
    name: FILTERS[parameter].title,
    slug: parameter,
    type: FILTERS[parameter].widget,
    sectionId: FILTERS[parameter].section,
    ...(parameter === 'window' ? { default: DEFAULT_WINDOW } : {}),
  }));
}

/** Only what a change may say: what else the server tells is refused or dropped. */
function asDashcard(stored: StoredDashcard): Dashcard {
  return {
    id: stored.id,
    card_id: stored.card_id ?? null,
    dashboard_tab_id: stored.dashboard_tab_id ?? null,
    row: stored.row,
    col: stored.col,
    size_x: stored.size_x,
    size_y: stored.size_y,
    series: (stored.series ?? []).map(({ id }) => ({ id })),
    visualization_settings: stored.visualization_settings ?? {},
    parameter_mappings: (stored.parameter_mappings ?? []).map(
      ({ parameter_id, card_id, target }) => ({ parameter_id, card_id, target }),
    ),
    ...(stored.action_id === undefined || stored.action_id === null
      ? {}
      : { action_id: stored.action_id }),
    ...(stored.inline_parameters === undefined || stored.inline_parameters === null
      ? {}
      : { inline_parameters: stored.inline_parameters }),
  };
}

function isVirtual({ card_id, visualization_settings: settings }: Dashcard): boolean {
  return card_id === null && settings['virtual_card'] !== undefined;
}

/** Of a heading or a text of ours; undefined for a card. */
function textOf({
  visualization_settings: settings,
}: Pick<Tile, 'visualization_settings'>): string | undefined {
  const virtual = settings['virtual_card'] as { display?: string } | undefined;
  return virtual === undefined ? undefined : fingerprint([virtual.display, settings['text']]);
}
