/** Teams, and which of them owns a feature. */
import { instantAtHour, type LocalDate } from '../reporting-days.ts';

export interface Team {
  name: string;
  /** Of the parameter with the webhook or the token, below the stack's prefix. */
  secret: string;
  /** Of the bot token; null: the secret is a webhook, which has its own. */
  slackChannel: string | null;
  /** IANA zone of `hour`. */
  timeZone: string;
  /** From then on its messages are sent, 0 to 23. */
  hour: number;
}

export interface FeatureOwner {
  /** A feature's name, or the beginning of names and `*`. */
  feature: string;
  team: string;
}

/** @returns the name of the team; undefined: nobody owns it. A name in full goes before beginnings, a longer one before a shorter. */
export function ownerOf(feature: string, owners: readonly FeatureOwner[]): string | undefined {
  let best: FeatureOwner | undefined;
  for (const owner of owners) {
    if (owner.feature === feature) return owner.team;
    const isBeginning =
      owner.feature.endsWith('*') && feature.startsWith(owner.feature.slice(0, -1));
    if (isBeginning && owner.feature.length > (best?.feature.length ?? 0)) best = owner;
  }
  return best?.team;
}

/**
 * When a message about a day is due for a team: at its hour of that day on its own clocks, whatever zone the day was
 * reckoned in.
 *
 * @throws RangeError when the date or the zone does not exist
 */
export function dueAt(date: LocalDate, { timeZone, hour }: Pick<Team, 'timeZone' | 'hour'>): Date {
  return instantAtHour(date, hour, timeZone);
}
