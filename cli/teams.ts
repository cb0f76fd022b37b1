/** `tricost teams`: who gets the messages about which features, where, and from which hour on. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from 'pg';
import {
  readOwners,
  readTeams,
  removeOwner,
  removeTeam,
  setOwner,
  setTeam,
} from '../adapters/postgres/teams.ts';
import { inTransaction } from '../adapters/postgres/transaction.ts';
import { teamParameterPrefix } from '../config/config.ts';
import { isIanaZone } from '../config/config-formats.ts';
import { putParameter } from '../domain/doctor/remedies.ts';
import { isSlackChannel } from '../domain/notify/destination.ts';
import type { Team } from '../domain/teams/team.ts';
import { columns } from './columns.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { printable } from './printable.ts';
import { localStackOf, stackName } from './target.ts';

interface TeamsOptions extends OwnerDatabaseOptions {
  json?: boolean;
}

interface SetOptions extends TeamsOptions {
  secret?: string;
  channel?: string | false;
  zone?: string;
  hour?: number;
  owns?: string[];
  disowns?: string[];
}

const JSON_HELP = 'print one JSON object';

export function define(teams: Command): void {
  ownerOptions(
    teams
      .command('list')
      .description('list the teams and what they own')
      .option('--json', JSON_HELP),
  )
    .addHelpText('after', '\nExamples:\n  $ npx tricost teams list')
    .action((options: TeamsOptions) =>
      withOwner(options, 'tricost teams', async (client) => print(await known(client), options)),
    );

  ownerOptions(
    teams
      .command('set')
      .description('add a team, or change what is said of one')
      .argument('<name>', 'lower case, for example support', parseName)
      .option(
        '--secret <name>',
        'last part of its parameter (default: the name of the team)',
        parseSecret,
      )
      .option('--channel <id>', 'Slack channel, when the secret is a bot token', parseChannel)
      .option('--no-channel', 'none any more: the secret is a webhook')
      .option('--zone <name>', 'IANA zone of its hour (default: UTC)', parseZone)
      .option('--hour <0-23>', 'from then on its messages are sent (default: 9)', parseHour)
      .option('--owns <feature...>', "features, or beginnings such as 'support.*'", parseFeatures)
      .option('--disowns <feature...>', 'what nobody owns any more', parseFeatures)
      .option('--json', JSON_HELP),
  )
    .addHelpText(
      'after',
      `
What is not named stays as it is. The secret is a parameter below /tricost/<stack>/slack/, and says where messages go:
  https://hooks.slack.com/…          a Slack webhook
  xoxb-…                             a bot token, with --channel
  https://… whsec_…                  a signed webhook (docs/reference/webhook.md)
'*' owns what no other feature or beginning does, and messages about no feature.

Examples:
  $ npx tricost teams set support --zone Europe/Rome --hour 9 --owns 'support.*' chat.reply
  $ npx tricost teams set search --secret slack-bot --channel C0123456789 --owns 'search.*'
  $ npx tricost teams set search --disowns search.rank`,
    )
    .action((name: string, options: SetOptions) =>
      withOwner(options, 'tricost teams', (client) => set(client, name, options)),
    );

  ownerOptions(
    teams
      .command('remove')
      .description('remove a team: nobody owns then what it owned')
      .argument('<name>', 'as listed')
      .option('--json', JSON_HELP),
  )
    .addHelpText('after', '\nExamples:\n  $ npx tricost teams remove support')
    .action((name: string, options: TeamsOptions) =>
      withOwner(options, 'tricost teams', async (client) => {
        if (!(await removeTeam(client, name))) throw new Error(await noTeam(client, name));
        if (options.json === true) console.log(JSON.stringify({ removed: name }));
        else console.log(`${printable(name)} is removed; its parameter stays`);
      }),
    );
}

interface KnownTeam extends Team {
  owns: string[];
}

async function known(client: Client): Promise<KnownTeam[]> {
  const owners = await readOwners(client);
  return (await readTeams(client)).map((team) => ({
    ...team,
    owns: owners.filter((owner) => owner.team === team.name).map(({ feature }) => feature),
  }));
}

async function set(client: Client, name: string, options: SetOptions): Promise<void> {
  const { secret, channel, zone, hour, owns = [], disowns = [] } = options;
  const before = (await readTeams(client)).find((team) => team.name === name);
  await inTransaction(client, async () => {
    await setTeam(client, {
      name,
      secret: secret ?? before?.secret ?? name,
      slackChannel: channel === false ? null : (channel ?? before?.slackChannel ?? null),
      timeZone: zone ?? before?.timeZone ?? 'UTC',
      hour: hour ?? before?.hour ?? 9,
    });
    for (const feature of owns) await setOwner(client, { feature, team: name });
    for (const feature of disowns) {
      if (await removeOwner(client, feature)) continue;
      throw new Error(`nobody owns ${feature}: see \`tricost teams list\``);
    }
  });
  const teams = await known(client);
  print(
    teams.filter((team) => team.name === name),
    options,
  );
  if (options.json === true) return;
  const parameter = `${teamParameterPrefix(await stackName(options))}${secret ?? before?.secret ?? name}`;
  const local = await localStackOf(options);
  const store = putParameter(
    parameter,
    local && { endpoint: local.awsEndpoint, region: local.region },
  );
  console.log(`Its secret is the parameter ${parameter}: ${store}`);
}

function print(teams: readonly KnownTeam[], { json }: TeamsOptions): void {
  if (json === true) {
    const rows = teams.map(({ name, secret, slackChannel, timeZone, hour, owns }) => ({
      ...{ name, secret, slack_channel: slackChannel, time_zone: timeZone, hour, owns },
    }));
    console.log(JSON.stringify({ teams: rows }));
    return;
  }
  if (teams.length === 0) console.log('no teams: every message goes to the webhook of the stack');
  const rows = teams.map((team) => [
    team.name,
    `${String(team.hour).padStart(2, '0')}:00 ${team.timeZone}`,
    team.slackChannel === null ? team.secret : `${team.secret} ${team.slackChannel}`,
    team.owns.length === 0 ? 'owns nothing' : team.owns.map(printable).join(', '),
  ]);
  for (const line of columns(rows)) console.log(line);
}

async function noTeam(client: Client, name: string): Promise<string> {
  const names = (await readTeams(client)).map((team) => team.name);
  const there = names.length === 0 ? 'there is none' : `there are: ${names.join(', ')}`;
  return `there is no team ${name}; ${there}`;
}

function parseName(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('a name is of lower-case letters, digits, dots and dashes');
}

function parseSecret(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'it is the last part of the name of a parameter, not a path and not the secret itself',
  );
}

function parseChannel(text: string): string {
  if (isSlackChannel(text)) return text;
  throw new InvalidArgumentError(
    "an id looks like C0123456789: in Slack, open the channel's details and look at the end",
  );
}

function parseZone(text: string): string {
  if (isIanaZone(text)) return text;
  throw new InvalidArgumentError('a zone looks like Europe/Rome');
}

function parseHour(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) < 24) return Number(text);
  throw new InvalidArgumentError('an hour is 0 to 23');
}

function parseFeatures(text: string, before: string[] = []): string[] {
  if (text.length > 500 || text === '') throw new InvalidArgumentError('1 to 500 characters');
  if (text.slice(0, -1).includes('*')) {
    throw new InvalidArgumentError('a * stands at the end, for whatever follows');
  }
  return [...before, text];
}
