/** A card of the board as Metabase stores one. */
import type { CardBody, TemplateTag } from '../../adapters/metabase/bodies.ts';
import { type Card, type Parameter, parameterColumn } from '../card.ts';
import { DEFAULT_WINDOW_DAYS } from '../filters.ts';
import { tagId } from './identity.ts';
import { visualizationSettings } from './visualization.ts';

/** So many whole days and today: a value of Metabase's date filters. */
export const DEFAULT_WINDOW = `past${DEFAULT_WINDOW_DAYS}days~`;

/** What a filter is called, and which widget it has. */
export const FILTERS: Record<Parameter, { title: string; widget: string; section: string }> = {
  window: { title: 'Window', widget: 'date/all-options', section: 'date' },
  environment: { title: 'Environment', widget: 'string/=', section: 'string' },
  model: { title: 'Model', widget: 'string/=', section: 'string' },
  feature: { title: 'Feature', widget: 'string/=', section: 'string' },
  prompt: { title: 'Prompt', widget: 'string/=', section: 'string' },
};

/** Metabase's number of a column; undefined when it knows none. */
export type FieldId = (view: string, column: string) => number | undefined;

/** @throws Error when Metabase does not know a column that the card filters by: look at `missingColumns` first */
export function cardBody(
  card: Card,
  { database, collection, fieldId }: { database: number; collection: number; fieldId: FieldId },
): CardBody {
  const tags = card.parameters.map((parameter) => {
    const field = fieldId(card.view, parameterColumn(parameter));
    if (field === undefined) {
      throw new Error(`Metabase has no column ${card.view}.${parameterColumn(parameter)}`);
    }
    return [parameter, tag(parameter, field)] as const;
  });
  return {
    name: card.title,
    type: 'question',
    description: card.question,
    display: card.display.kind,
    visualization_settings: visualizationSettings(card),
    dataset_query: {
      'lib/type': 'mbql/query',
      database,
      stages: [
        {
          'lib/type': 'mbql.stage/native',
          native: card.sql,
          'template-tags': Object.fromEntries(tags),
        },
      ],
    },
    collection_id: collection,
  };
}

function tag(parameter: Parameter, field: number): TemplateTag {
  return {
    id: tagId(parameter),
    name: parameter,
    'display-name': FILTERS[parameter].title,
    type: 'dimension',
    dimension: ['field', {}, field],
    'widget-type': FILTERS[parameter].widget,
    ...(parameter === 'window' ? { default: DEFAULT_WINDOW } : {}),
  };
}

/** The columns that the cards filter by, as `view.column`, of which Metabase does not know. */
export function missingColumns(cards: readonly Card[], fieldId: FieldId): string[] {
  return [
    ...new Set(
      cards.flatMap(({ view, parameters }) =>
        parameters
          .map(parameterColumn)
          .filter((column) => fieldId(view, column) === undefined)
          .map((column) => `${view}.${column}`),
      ),
    ),
  ].sort();
}
