/** Messages held against what was planted. */
import {
  DAYS,
  type DayOfFeature,
  type Incident,
  type IncidentKind,
  TEAMS,
  type World,
} from './generate.ts';
import { FIRST_MORNING, type Message } from './simulate.ts';

export interface Score {
  rule: string;
  /** Of the incidents that the rule is for and that are large enough for it, how many were told of. */
  incidents: number;
  recall: number;
  /** Of the alerts, how many are of an incident. */
  precision: number;
  /** From the moment that it began to the morning of its message. */
  median_delay_h: number | null;
  /** Of the incidents, those told of at most so long after they began. */
  within_24_h: number;
  /** Openings and escalations, of the incidents told of. */
  messages_per_incident: number;
  /** Messages about nothing that was planted, those that it is over included. */
  false_per_team_week: number;
}

/** Incidents that a rule is for. */
export type Expected = (incident: Incident, days: readonly DayOfFeature[]) => boolean;

const WEEK_DAYS = 7;
const DAY_HOURS = 24;
const MORNING_HOUR = 8;
/** So long after the last change a week may still be compared with one before it. */
const AFTERMATH_DAYS = 16;

export function score(
  rule: string,
  { features, incidents }: World,
  messages: readonly Message[],
  expected: Expected,
): Score {
  const due = incidents.filter((incident) => expected(incident, features[incident.feature] ?? []));
  const alerts = messages.filter(({ kind }) => kind !== 'resolved');
  const told = due.flatMap((incident) => {
    const own = alerts.filter((message) => isAbout(message, incident));
    return own.length === 0 ? [] : [own];
  });
  const delays = due.flatMap((incident) => {
    const first = alerts.find((message) => isAbout(message, incident));
    if (first === undefined) return [];
    return [first.day * DAY_HOURS + MORNING_HOUR - incident.startHour];
  });
  const isTrue = (message: Message) => incidents.some((incident) => isAbout(message, incident));
  const weeks = (DAYS - FIRST_MORNING) / WEEK_DAYS;
  return {
    rule,
    incidents: due.length,
    recall: share(told.length, due.length),
    precision: share(alerts.filter(isTrue).length, alerts.length),
    median_delay_h: median(delays),
    within_24_h: share(delays.filter((delay) => delay <= DAY_HOURS).length, due.length),
    messages_per_incident: rounded(
      told.reduce((sum, own) => sum + own.length, 0) / Math.max(1, told.length),
    ),
    false_per_team_week: rounded(falseMessages(messages, isTrue) / TEAMS / weeks),
  };
}

/** The end of an alert is as true as its beginning. All ends of a team and day are one message, false when all of them are. */
function falseMessages(
  messages: readonly Message[],
  isTrue: (message: Message) => boolean,
): number {
  const lastIsTrue = new Map<number, boolean>();
  const ends = new Map<string, boolean>();
  let alerts = 0;
  for (const message of messages) {
    const { feature, day, kind } = message;
    if (kind !== 'resolved') {
      lastIsTrue.set(feature, isTrue(message));
      alerts += isTrue(message) ? 0 : 1;
    } else {
      const key = `${feature % TEAMS} ${day}`;
      ends.set(key, ends.get(key) === true || lastIsTrue.get(feature) === true);
    }
  }
  return alerts + [...ends.values()].filter((verdict) => !verdict).length;
}

function isAbout({ feature, day }: Message, incident: Incident): boolean {
  if (feature !== incident.feature) return false;
  const changes = Math.min(incident.endDay, incident.fullDay + WEEK_DAYS);
  const isAfter = day * DAY_HOURS + MORNING_HOUR > incident.startHour;
  return isAfter && day <= changes + AFTERMATH_DAYS;
}

/** The week after an incident is at its full size against the week before it began: is it more than 30 % and $5? */
export function grewByTheRule(incident: Incident, days: readonly DayOfFeature[]): boolean {
  const first = Math.floor(incident.startHour / DAY_HOURS);
  const full =
    first === incident.fullDay
      ? first + Number(incident.startHour % DAY_HOURS > 0)
      : incident.fullDay;
  const before = total(days.slice(first - WEEK_DAYS, first));
  const after = total(days.slice(full, full + WEEK_DAYS));
  return before > 0 && after > 1.3 * before && after > 5;
}

export function isOfKind(...kinds: IncidentKind[]): (incident: Incident) => boolean {
  return ({ kind }) => kinds.includes(kind);
}

function total(days: readonly DayOfFeature[]): number {
  return days.reduce((sum, day) => sum + day.total, 0);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : rounded(part / whole);
}

function median(values: readonly number[]): number | null {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? null;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
