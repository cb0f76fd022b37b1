/** `tricost alerts explain`: why a feature's spend grew, who is behind it, and what the rules make of it. Reads only. */
import type { Command } from 'commander';
import type { Client } from 'pg';
import {
  type AlertRow,
  type OpenAlertRow,
  readOpenAlertRows,
  readToldAlert,
} from '../adapters/postgres/alert-history.ts';
import { readAlertSettings, settingsOf } from '../adapters/postgres/alert-settings.ts';
import { readGrowth, readUsersBehind } from '../adapters/postgres/explain-alerts.ts';
import { PriceListReader } from '../adapters/postgres/price-list.ts';
import { readDaysOf } from '../adapters/postgres/read-verdict.ts';
import { readReportingZone } from '../adapters/postgres/roll-up-spend.ts';
import type { UserSpend } from '../adapters/postgres/spend-slices.ts';
import { inTransaction } from '../adapters/postgres/transaction.ts';
import { localDateOf } from '../domain/reporting-days.ts';
import { type Decomposition, decompose } from '../domain/spend-alert/growth/decompose.ts';
import { listedPrices } from '../domain/spend-alert/growth/listed-prices.ts';
import type { Slice } from '../domain/spend-alert/growth/slice.ts';
import { type QuietFrom, quietFrom } from '../domain/spend-alert/quiet.ts';
import { boardLink } from '../domain/spend-alert/report.ts';
import { findAll, isClear } from '../domain/spend-alert/rules/find.ts';
import type { Compared, Finding } from '../domain/spend-alert/rules/finding.ts';
import { type RuleSettings, readSettings } from '../domain/spend-alert/rules/settings.ts';
import {
  type Span,
  type SpendWindows,
  spansOf,
  spendWindows,
} from '../domain/spend-alert/windows.ts';
import { ALERT_ARGUMENT, namedFeature } from './alert-named.ts';
import { explanationAsJson, printExplanation } from './alerts-explain-report.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { printable } from './printable.ts';
import { namedTags } from './tags-alert.ts';
import { readConfig } from './target.ts';

interface ExplainOptions extends OwnerDatabaseOptions {
  json?: boolean;
}

export interface AlertExplanation {
  feature: string;
  /** undefined: no alert of the feature is open. */
  open: OpenAlertRow | undefined;
  /** What it was told of last, or under that id; undefined: nothing ever was. */
  told: AlertRow | undefined;
  /** Of the morning that it was told on, or of today. */
  windows: SpendWindows;
  compared: Compared;
  spans: { previous: Span; current: Span };
  slices: readonly Slice[];
  /** Of the calls as they are now. */
  why: Decomposition;
  /** Who spent more, the largest increase first. */
  users: readonly UserSpend[];
  /** That it was held against; of alerts of earlier releases, and without one, those of now. */
  settings: RuleSettings;
  /** Those of now. */
  settingsNow: RuleSettings;
  /** Those of now that the feature has of its own. */
  own: Partial<RuleSettings>;
  /** What the rules find on that morning. */
  found: readonly Finding[];
  quiet: readonly QuietFrom[];
  /** What they find today, by the thresholds of now, and whether nothing is left to keep an alert open. */
  today: { found: readonly Finding[]; isClear: boolean };
  boardUrl: string | undefined;
}

const USERS = 5;
const WEEKS: Pick<Finding, 'rule' | 'name' | 'compared'> = {
  ...{ rule: 'growth', name: null, compared: { span: 'week', weeksBack: 1 } },
};

export function defineExplain(alerts: Command): void {
  ownerOptions(
    alerts
      .command('explain')
      .description('say why spend grew, who is behind it, and what would keep the alert quiet')
      .argument(ALERT_ARGUMENT, 'a feature, with or without an alert, or an id as listed')
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
Of the morning on which the alert was told last, or of the one with that id; without an alert, of today. The terms sum to the
growth between the two spans that the rule compared, of the calls as they are now. Thresholds are those of that morning.

Examples:
  $ npx tricost alerts explain support.reply
  $ npx tricost alerts explain 41 --aws --json | jq '.why.terms'`,
    )
    .action((alert: string, options: ExplainOptions) =>
      withOwner(options, 'tricost alerts explain', async (client) => {
        const explanation = await inTransaction(
          client,
          () => explain(client, alert, options),
          'repeatable read',
        );
        if (options.json === true) console.log(JSON.stringify(explanationAsJson(explanation)));
        else printExplanation(explanation);
      }),
    );
}

/** @throws Error when the feature has neither calls nor an alert */
async function explain(
  client: Client,
  alert: string,
  options: ExplainOptions,
): Promise<AlertExplanation> {
  if ((await namedTags(client, alert)) !== undefined) {
    throw new Error(`${alert} is about lost tags, and no growth: see reporting.tag_coverage`);
  }
  const { feature, id } = await namedFeature(client, alert);
  const config = await readConfig(options);
  const zone = await readReportingZone(client);
  const told = await readToldAlert(client, feature, id);
  const [current] = await readOpenAlertRows(client, feature);
  // An id may be that of one that is over.
  const open = told && current && told.date >= current.openedOn ? current : undefined;
  const own = (await readAlertSettings(client)).get(feature) ?? {};
  const settingsNow = { ...readSettings(config.alert), ...own };
  const thresholds = told?.details.thresholds;
  const settings = { ...settingsNow, ...(thresholds && settingsOf(thresholds)) };

  const now = new Date();
  const asOf = told?.createdAt ?? now;
  const windows = spendWindows(told?.date ?? localDateOf(now, zone), zone);
  const finding = told === undefined ? WEEKS : findingOf(told);
  const growths = await readGrowth(client, [{ feature, finding }], windows, asOf);
  const slices = growths.get(feature) ?? [];
  if (told === undefined && slices.length === 0) {
    throw new Error(`${printable(feature)} has no alert, and no calls in the last two weeks`);
  }
  const book = await new PriceListReader().read(client);
  const spans = spansOf(windows, finding.compared, asOf);
  const then = await lookAt(client, feature, windows, asOf, settings);
  const today = await lookAt(
    client,
    feature,
    spendWindows(localDateOf(now, zone), zone),
    now,
    settingsNow,
  );
  return {
    ...{ feature, open, told, windows, spans, slices, settings, settingsNow, own },
    compared: finding.compared,
    why: decompose(slices, listedPrices(book, windows.currentStart)),
    users: await readUsersBehind(client, feature, finding, windows, asOf, USERS),
    found: then.found,
    quiet: then.quiet,
    today: { found: today.found, isClear: today.isClear },
    boardUrl: config.boardUrl && boardLink(config.boardUrl, feature),
  };
}

async function lookAt(
  client: Client,
  feature: string,
  windows: SpendWindows,
  asOf: Date,
  settings: RuleSettings,
): Promise<{ found: Finding[]; quiet: QuietFrom[]; isClear: boolean }> {
  const { series, parts } = await readDaysOf(client, windows, asOf, feature, settings);
  return {
    found: findAll(series, parts, settings),
    quiet: quietFrom(series, parts, settings),
    isClear: isClear(series, parts, settings),
  };
}

/** What it compared, from what was written then. */
function findingOf({
  rule,
  details: { compared, prompt, user },
}: AlertRow): Pick<Finding, 'rule' | 'name' | 'compared'> {
  if (rule === null || compared === undefined) return WEEKS;
  const name = rule === 'prompt' ? (prompt?.prompt_name ?? null) : (user?.user_id ?? null);
  return { rule, name, compared: { span: compared.span, weeksBack: compared.weeks_back } };
}
