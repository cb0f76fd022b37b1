/** `tricost alerts settings`: thresholds that features have of their own. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from 'pg';
import {
  readAlertSettings,
  removeAlertSettings,
  setAlertSettings,
  thresholdColumns,
} from '../adapters/postgres/alert-settings.ts';
import { type RuleSettings, readSettings } from '../domain/spend-alert/rules/settings.ts';
import {
  readThreshold,
  type ThresholdName,
  thresholdTexts,
} from '../domain/spend-alert/rules/thresholds.ts';
import { columns } from './columns.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { printable } from './printable.ts';
import { readConfig } from './target.ts';
import { warnUnknownFeature } from './warn-unknown.ts';

interface SettingsOptions extends OwnerDatabaseOptions {
  json?: boolean;
}

type SetOptions = SettingsOptions & Partial<Record<ThresholdName, Partial<RuleSettings>>>;

const JSON_HELP = 'print one JSON object';
const NUMBER_COLUMNS = [1, 2, 3];
/** The database has a column of text, and a name of an event is no longer. */
const LONGEST_FEATURE = 1_000;

export function defineSettings(alerts: Command): void {
  const settings = alerts
    .command('settings')
    .description('thresholds that features have of their own; the job reads them every morning');

  ownerOptions(
    settings.command('list').description('list them, and those of all').option('--json', JSON_HELP),
  )
    .addHelpText('after', '\nExamples:\n  $ npx tricost alerts settings list')
    .action((options: SettingsOptions) =>
      withOwner(options, 'tricost alerts', (client) => list(client, options)),
    );

  ownerOptions(
    settings
      .command('set')
      .description('set thresholds of a feature; what is not named stays as it is')
      .argument('<feature>', 'its name', parseFeature)
      .option('--growth <ratio>', '1: a week must be more than twice the one before', of('growth'))
      .option('--spike <ratio>', '1: a day must be more than twice its usual', of('spike'))
      .option(
        '--minimum <usd>',
        'what a week must cost, and a day of a prompt or user, US dollars',
        of('minimum'),
      )
      .option('--json', JSON_HELP),
  )
    .addHelpText(
      'after',
      `
\`tricost alerts backtest --feature <name> --set …\` says before what it would do.

Examples:
  $ npx tricost alerts settings set report.draft --growth 1 --minimum 50
  $ npx tricost alerts settings set nightly.batch --spike 3 --aws`,
    )
    .action((feature: string, options: SetOptions) =>
      withOwner(options, 'tricost alerts', (client) => set(client, feature, options)),
    );

  ownerOptions(
    settings
      .command('remove')
      .description('go back to the thresholds of all')
      .argument('<feature>', 'as listed')
      .option('--json', JSON_HELP),
  )
    .addHelpText('after', '\nExamples:\n  $ npx tricost alerts settings remove report.draft')
    .action((feature: string, options: SettingsOptions) =>
      withOwner(options, 'tricost alerts', async (client) => {
        if (!(await removeAlertSettings(client, feature))) {
          throw new Error(
            `${printable(feature)} has none of its own: see \`tricost alerts settings list\``,
          );
        }
        if (options.json === true) console.log(JSON.stringify({ removed: feature }));
        else console.log(`${printable(feature)} has the thresholds of all`);
      }),
    );
}

async function list(client: Client, options: SettingsOptions): Promise<void> {
  const all = readSettings((await readConfig(options)).alert);
  const own = [...(await readAlertSettings(client))].sort(([a], [b]) => (a < b ? -1 : 1));
  if (options.json === true) {
    const features = own.map(([feature, settings]) => asJson(feature, settings));
    console.log(JSON.stringify({ all: thresholdColumns(all), features }));
    return;
  }
  const rows = own.map(([feature, settings]) => row(printable(feature), settings));
  const head = ['feature', 'growth', 'spike', 'minimum'];
  for (const line of columns([head, row('(all)', all), ...rows], NUMBER_COLUMNS)) console.log(line);
}

async function set(client: Client, feature: string, options: SetOptions): Promise<void> {
  const changed = { ...options.growth, ...options.spike, ...options.minimum };
  if (Object.keys(changed).length === 0) {
    throw new Error('name a threshold: --growth, --spike or --minimum');
  }
  await setAlertSettings(client, feature, changed);
  const settings = (await readAlertSettings(client)).get(feature) ?? {};
  if (options.json === true) console.log(JSON.stringify(asJson(feature, settings)));
  else for (const line of columns([row(printable(feature), settings)])) console.log(line);
  await warnUnknownFeature(client, feature);
}

function asJson(feature: string, settings: Partial<RuleSettings>): object {
  return { feature, ...thresholdColumns(settings) };
}

function row(name: string, settings: Partial<RuleSettings>): string[] {
  const { growth, spike, minimum } = thresholdTexts(settings);
  const usd = minimum === null ? 'as for all' : `$${minimum}`;
  return [name, growth ?? 'as for all', spike ?? 'as for all', usd];
}

function of(name: ThresholdName): (text: string) => Partial<RuleSettings> {
  return (text) => {
    try {
      return readThreshold(name, text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

function parseFeature(text: string): string {
  if (text !== '' && text.length <= LONGEST_FEATURE && !text.includes('\0')) return text;
  throw new InvalidArgumentError(`a feature has 1 to ${LONGEST_FEATURE} characters`);
}
