/**
 * What Metabase takes and gives, as far as the board needs it. The lists of keys are closed on purpose: the server drops a key
 * that it does not know without a word, so a slip must not compile. From the schemas of Metabase 0.58 to 0.65
 * (https://github.com/metabase/metabase/blob/master/src/metabase/queries_rest/api/card.clj and its neighbours).
 */

/** https://www.metabase.com/docs/latest/api#tag/apisession */
export interface Properties {
  'setup-token': string | null;
  'has-user-setup': boolean;
  /** `v0.65.4`; `v1.65.4` is the paid edition of the same release. */
  version: { tag: string };
}

export interface SetupBody {
  token: string;
  user: { first_name: string; last_name: string; email: string; password: string };
  prefs: { site_name: string };
}

export interface ApiKeyBody {
  name: string;
  /** 2 is Administrators, in every Metabase. */
  group_id: number;
}

export interface DatabaseDetails {
  host: string;
  port: number;
  dbname: string;
  user: string;
  password: string;
  ssl: boolean;
  'ssl-mode'?: string;
  'schema-filters-type': 'inclusion';
  'schema-filters-patterns': string;
}

export interface DatabaseBody {
  name: string;
  engine: 'postgres';
  details: DatabaseDetails;
  /** True: Metabase reads samples of every view each night. */
  is_full_sync: boolean;
  /** True: the values of a filter are read when a filter is made. */
  is_on_demand: boolean;
  auto_run_queries: boolean;
}

/** What else people set stands in the details too, a tunnel for example, and a change replaces all of them. */
export interface DatabaseChange extends DatabaseBody {
  details: DatabaseDetails & Record<string, unknown>;
}

export interface Database {
  id: number;
  name: string;
  engine: string;
  details?: Record<string, unknown>;
  is_full_sync: boolean;
  is_on_demand: boolean;
  auto_run_queries: boolean;
}

export interface Table {
  name: string;
  schema: string | null;
  fields: Field[];
}

export interface Field {
  id: number;
  name: string;
  has_field_values?: string | null;
}

export interface FieldBody {
  has_field_values: 'list';
}

export interface CollectionBody {
  name: string;
  description: string;
  parent_id?: null;
}

export interface CollectionChange {
  name?: string;
  description?: string;
  archived?: boolean;
}

export interface Collection {
  /** `root` is where collections are kept, and is not one. */
  id: number | 'root';
  name: string;
  description?: string | null;
  archived?: boolean | null;
  /** The numbers of the collections that it is in, between slashes: `/` for none. */
  location?: string | null;
}

export interface CollectionItem {
  id: number;
  model: string;
  name: string;
}

export interface TemplateTag {
  id: string;
  name: string;
  'display-name': string;
  type: 'dimension';
  /** Options second: the order of MBQL 5. */
  dimension: ['field', Record<string, never>, number];
  'widget-type': string;
  default?: string;
}

/** MBQL 5, which the server stores since 0.57. It reads tags as a map and as a list, and gives back a list since 0.63. */
export interface NativeQuery {
  'lib/type': 'mbql/query';
  database: number;
  stages: [
    {
      'lib/type': 'mbql.stage/native';
      native: string;
      'template-tags': Record<string, TemplateTag>;
    },
  ];
}

export type VisualizationSettings = Record<string, unknown>;

export interface CardBody {
  name: string;
  type: 'question';
  description: string;
  display: string;
  visualization_settings: VisualizationSettings;
  dataset_query: NativeQuery;
  collection_id: number;
}

export interface NewCardBody extends CardBody {
  /** 21 letters of base64url; only a new card takes it. */
  entity_id: string;
}

export interface CardChange extends Partial<CardBody> {
  archived?: boolean;
}

export interface StoredCard {
  id: number;
  entity_id: string | null;
  name: string;
  description: string | null;
  display: string;
  archived: boolean;
  collection_id: number | null;
  visualization_settings: VisualizationSettings;
  dataset_query: unknown;
}

export interface NewDashboardBody {
  name: string;
  description: string;
  collection_id: number;
}

export interface DashboardParameter {
  id: string;
  name: string;
  slug: string;
  type: string;
  sectionId: string;
  default?: string;
}

export interface DashboardTab {
  /** Below zero: a new one. */
  id: number;
  name: string;
}

export interface ParameterMapping {
  parameter_id: string;
  card_id: number;
  target: readonly unknown[];
}

export interface Dashcard {
  /** Below zero: a new one. */
  id: number;
  /** Null: text alone. */
  card_id: number | null;
  dashboard_tab_id: number | null;
  row: number;
  col: number;
  size_x: number;
  size_y: number;
  parameter_mappings: ParameterMapping[];
  visualization_settings: VisualizationSettings;
  /** More cards on the same axes. */
  series: { id: number }[];
  inline_parameters?: string[];
  action_id?: number;
}

export interface StoredDashcard {
  id: number;
  card_id: number | null;
  dashboard_tab_id?: number | null;
  row: number;
  col: number;
  size_x: number;
  size_y: number;
  parameter_mappings?: ParameterMapping[] | null;
  visualization_settings?: VisualizationSettings | null;
  series?: { id: number }[] | null;
  inline_parameters?: string[] | null;
  action_id?: number | null;
}

export interface DashboardChange {
  name?: string;
  description?: string;
  /** A text that the pages of Metabase do not show. */
  caveats?: string;
  width?: 'full' | 'fixed';
  auto_apply_filters?: boolean;
  archived?: boolean;
  collection_id?: number;
  /** Each of the three replaces all that there are: what is left out is deleted. */
  parameters?: object[];
  tabs?: DashboardTab[];
  dashcards?: Dashcard[];
}

export interface StoredDashboard {
  id: number;
  name: string;
  description: string | null;
  caveats?: string | null;
  width?: string | null;
  auto_apply_filters?: boolean | null;
  archived: boolean;
  parameters: ({ id: string } & Record<string, unknown>)[] | null;
  tabs?: DashboardTab[] | null;
  dashcards: StoredDashcard[];
}

export interface QueryResult {
  status: string;
  error?: string | null;
  data?: { rows: unknown[][] };
}
