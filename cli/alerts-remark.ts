/** `tricost alerts ack` and `snooze`: what a person says of an alert that is open. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Client } from 'pg';
import { type Remark, remarkOnAlert } from '../adapters/postgres/alert-history.ts';
import { remarkOnCoverage } from '../adapters/postgres/coverage-history.ts';
import { readReportingZone } from '../adapters/postgres/roll-up-spend.ts';
import { addDays, type LocalDate, localDateOf } from '../domain/reporting-days.ts';
import { ALERT_ARGUMENT, ALERT_HELP, namedFeature, noOpenAlert } from './alert-named.ts';
import { parseDay } from './instant.ts';
import { type OwnerDatabaseOptions, ownerOptions, withOwner } from './owner-database.ts';
import { printable } from './printable.ts';
import { namedTags, noOpenTags, tagsId, tagsOf } from './tags-alert.ts';

interface RemarkOptions extends OwnerDatabaseOptions {
  note?: string;
  json?: boolean;
}

interface SnoozeOptions extends RemarkOptions {
  until?: LocalDate;
  for?: number;
}

const NOTE_LIMIT = 500;
const NOTE_HELP = `what others should know, up to ${NOTE_LIMIT} characters`;
const WEEK_DAYS = 7;
const MOST_DAYS = 366;

export function defineRemarks(alerts: Command): void {
  ownerOptions(
    alerts
      .command('ack')
      .description('say that somebody has taken an alert on')
      .argument(ALERT_ARGUMENT, ALERT_HELP)
      .option('--note <text>', NOTE_HELP, parseNote)
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
It stays open: that it got worse, or is over, is told all the same. On a snoozed one it ends the snoozing.

Examples:
  $ npx tricost alerts ack support.reply --note 'prompt v7 goes back on Monday'
  $ npx tricost alerts ack 41 --aws`,
    )
    .action((alert: string, options: RemarkOptions) =>
      withOwner(options, 'tricost alerts', (client) =>
        remark(client, alert, options, (today) => ({
          ...{ transition: 'acknowledged', date: today, snoozedUntil: null },
        })),
      ),
    );

  ownerOptions(
    alerts
      .command('snooze')
      .description('hear nothing of an alert for some days, except that it is over')
      .argument(ALERT_ARGUMENT, ALERT_HELP)
      .option('--until <date>', 'the first day that it may be heard of again', parseUntil)
      .option('--for <time>', '3d, 2w: so many days or weeks from today', parseTime)
      .option('--note <text>', NOTE_HELP, parseNote)
      .option('--json', 'print one JSON object'),
  )
    .addHelpText(
      'after',
      `
What is put off is what it was told of: of the whole feature, or of the one prompt or user that ran away. Of such a one, what else
grows in the feature is still told, when it is materially more: another prompt or user, and the feature, as far as it grows without
that one. That does not end the snooze; its day, ack, another snooze and the end of the alert do.

Examples:
  $ npx tricost alerts snooze support.reply --until 2026-12-07
  $ npx tricost alerts snooze 41 --for 2w --note 'a test, until the end of the month'`,
    )
    .action((alert: string, options: SnoozeOptions) =>
      withOwner(options, 'tricost alerts', (client) =>
        remark(client, alert, options, (today) => ({
          ...{ transition: 'snoozed', date: today, snoozedUntil: endOf(options, today) },
        })),
      ),
    );
}

/** @throws Error when the alert is not open, naming those that are */
async function remark(
  client: Client,
  alert: string,
  { note, json }: RemarkOptions,
  of: (today: LocalDate) => Pick<Remark, 'transition' | 'date' | 'snoozedUntil'>,
): Promise<void> {
  const said = of(localDateOf(new Date(), await readReportingZone(client)));
  const { subject, text } = await say(client, alert, { ...said, note });
  const { transition, snoozedUntil } = said;
  if (json === true) {
    const row = { ...subject, transition, snoozed_until: snoozedUntil, note: note ?? null };
    console.log(JSON.stringify(row));
    return;
  }
  const until = snoozedUntil === null ? '' : ` until ${snoozedUntil}`;
  console.log(`${text} ${transition}${until}`);
}

async function say(
  client: Client,
  alert: string,
  said: Omit<Remark, 'feature'>,
): Promise<{ subject: object; text: string }> {
  const tags = await namedTags(client, alert);
  if (tags !== undefined) {
    const { environment } = tags;
    const id = await remarkOnCoverage(client, environment, said);
    if (id === undefined) throw new Error(await noOpenTags(client, environment));
    return { subject: { id: tagsId(id), environment }, text: `${tagsOf(environment)} are` };
  }
  const { feature } = await namedFeature(client, alert);
  const id = await remarkOnAlert(client, { ...said, feature });
  if (id === undefined) throw new Error(await noOpenAlert(client, feature));
  return { subject: { id: Number(id), feature }, text: `${printable(feature)} is` };
}

/** @throws Error when it is neither or both, or not to come */
function endOf({ until, for: days }: SnoozeOptions, today: LocalDate): LocalDate {
  if ((until === undefined) === (days === undefined)) {
    throw new Error('say how long: --until 2026-12-07, or --for 2w');
  }
  if (days !== undefined) return addDays(today, days);
  if (until !== undefined && until > today && until <= addDays(today, MOST_DAYS)) return until;
  throw new Error(`--until is a day after today, ${today}, and within a year`);
}

function parseUntil(text: string): LocalDate {
  return parseDay(text).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function parseTime(text: string): number {
  const [, count = '', unit] = /^(\d{1,3})([dw])$/.exec(text) ?? [];
  const days = Number(count) * (unit === 'w' ? WEEK_DAYS : 1);
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError('a time is 3d or 2w, up to a year');
}

function parseNote(text: string): string {
  const note = text.trim();
  if (note !== '' && note.length <= NOTE_LIMIT && !note.includes('\0')) return note.toWellFormed();
  throw new InvalidArgumentError(`a note has 1 to ${NOTE_LIMIT} characters`);
}
