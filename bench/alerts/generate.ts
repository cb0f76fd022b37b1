/**
 * Half a year of a company's spend with incidents planted in it. What is an incident is decided here, before any rule has looked:
 * nothing of the product is imported.
 */
import { type Random, seeded } from './random.ts';

const FEATURES = 200;
export const DAYS = 180;
/** Forty features each. */
export const TEAMS = 5;

/** Of a day: the hours until the alert, and the rest. */
const MORNING_HOURS = 8;
const DAY_HOURS = 24;
const MS_PER_DAY = 86_400_000;

/** Nothing is planted before the rules have their six weeks, nor so late that nobody could tell how it ends. */
const FIRST_INCIDENT_DAY = 49;
const LAST_INCIDENT_DAY = 158;

const INCIDENTS = [
  'step',
  'ramp',
  'spike',
  'new-feature',
  'price-change',
  'prompt-regression',
  'user-runaway',
] as const;
export type IncidentKind = (typeof INCIDENTS)[number];

export interface Incident {
  kind: IncidentKind;
  feature: number;
  /** Hours since the first day began. */
  startHour: number;
  /** When it is at its full size, and when it has ended: after the last day, for one that stays. */
  fullDay: number;
  endDay: number;
  /** How many times the usual is spent at its full size. */
  factor: number;
}

export interface DayOfFeature {
  /** Dollars from 00:00 to 08:00, and of the whole day, as they are known in the end. */
  morning: number;
  total: number;
  /** The part of `total` that is of the prompt with a regression, and of the user that runs away. */
  prompt: number;
  user: number;
  /** The share of it that has not arrived by 08:00 of the day after. */
  late: number;
}

export interface World {
  seed: number;
  /** Of each feature, its days. */
  features: DayOfFeature[][];
  /** Of each feature, what it does without an incident: known to nobody but the generator, and to what asks how much can be known. */
  habits: Habits[];
  incidents: Incident[];
  firstDay: Date;
}

export interface Habits {
  dailyUsd: number;
  weekend: number;
  morningShare: number;
  /** Weeks lie within ± this of the usual; days vary around their week by half of it. */
  variation: number;
  promptShare: number;
  userShare: number;
  isLate: boolean;
}

/** A bank holiday and a quiet week: everybody spends less, then as much as before. */
const HOLIDAYS = [
  { from: 70, until: 72, factor: 0.4 },
  { from: 120, until: 127, factor: 0.55 },
];

export function holidayFactor(day: number): number {
  return HOLIDAYS.find(({ from, until }) => day >= from && day < until)?.factor ?? 1;
}

export function generate(seed: number): World {
  const random = seeded(seed);
  const firstDay = new Date('2026-01-05T00:00:00Z');
  const incidents = plant(random);
  const habits: Habits[] = [];
  const features = Array.from({ length: FEATURES }, (_, feature) => {
    const own = incidents.filter((incident) => incident.feature === feature);
    const its = habitsOf(random);
    habits.push(its);
    return daysOf(its, own, firstDay, random);
  });
  return { seed, features, habits, incidents, firstDay };
}

/** Two features of five have an incident, each of the kinds as often as the others. */
function plant(random: Random): Incident[] {
  const incidents: Incident[] = [];
  for (let feature = 0; feature < FEATURES; feature += 1) {
    if (feature % 5 > 1) continue;
    const kind = INCIDENTS[incidents.length % INCIDENTS.length] ?? 'step';
    const day = random.integer(FIRST_INCIDENT_DAY, LAST_INCIDENT_DAY);
    incidents.push(incidentOf(kind, feature, day, random));
  }
  return incidents;
}

function incidentOf(kind: IncidentKind, feature: number, day: number, random: Random): Incident {
  // Half of them overnight, when a batch job or a release of the evening goes wrong.
  const hour = random.chance(0.5) ? 0 : random.integer(8, 20);
  const at = { kind, feature, startHour: day * DAY_HOURS + hour, fullDay: day, endDay: DAYS };
  switch (kind) {
    case 'step':
      return { ...at, factor: random.between(1.4, 3) };
    case 'ramp':
      return { ...at, fullDay: day + random.integer(10, 20), factor: random.between(2, 3.5) };
    case 'spike':
      return { ...at, endDay: day + random.integer(1, 2), factor: random.between(3, 8) };
    case 'new-feature':
      return { ...at, factor: 1 };
    case 'price-change':
      return { ...at, factor: random.between(1.4, 2) };
    case 'prompt-regression':
      return { ...at, factor: random.between(2, 4) };
    case 'user-runaway':
      return { ...at, endDay: day + random.integer(2, 4), factor: random.between(15, 40) };
  }
}

function habitsOf(random: Random): Habits {
  return {
    dailyUsd: Math.exp(random.between(Math.log(2), Math.log(300))),
    weekend: random.chance(0.6) ? random.between(0.2, 0.6) : random.between(0.9, 1.1),
    morningShare: random.between(0.12, 0.33),
    variation: random.between(0.05, 0.25),
    promptShare: random.between(0.3, 0.7),
    userShare: random.between(0.02, 0.08),
    isLate: random.chance(0.1),
  };
}

function daysOf(
  habits: Habits,
  incidents: readonly Incident[],
  firstDay: Date,
  random: Random,
): DayOfFeature[] {
  const { variation, morningShare } = habits;
  let week = 1;
  return Array.from({ length: DAYS }, (_, day) => {
    const weekday = new Date(firstDay.getTime() + day * MS_PER_DAY).getUTCDay();
    if (weekday === 1) week = 1 + random.between(-variation, variation);
    const usual =
      habits.dailyUsd * week * holidayFactor(day) * (weekday % 6 === 0 ? habits.weekend : 1);
    const noise = () => Math.exp((variation / 2) * random.normal());
    const shared = noise();
    const parts = [
      { from: 0, hours: MORNING_HOURS, usd: usual * morningShare * shared * noise() },
      {
        from: MORNING_HOURS,
        hours: DAY_HOURS - MORNING_HOURS,
        usd: usual * (1 - morningShare) * shared,
      },
    ].map(({ from, hours, usd }) => spend(usd, day * DAY_HOURS + from, hours, habits, incidents));
    const sum = (key: 'total' | 'prompt' | 'user') =>
      parts.reduce((total, part) => total + part[key], 0);
    return {
      morning: parts[0]?.total ?? 0,
      ...{ total: sum('total'), prompt: sum('prompt'), user: sum('user') },
      late: habits.isLate ? random.between(0.05, 0.5) : 0,
    };
  });
}

/** What a stretch of hours costs, with whatever is planted in it. */
function spend(
  usd: number,
  startHour: number,
  hours: number,
  habits: Habits,
  incidents: readonly Incident[],
): { total: number; prompt: number; user: number } {
  let total = usd;
  let prompt = usd * habits.promptShare;
  let user = usd * habits.userShare;
  for (const incident of incidents) {
    const extra = (incident.factor - 1) * extent(incident, startHour, hours);
    if (incident.kind === 'new-feature') {
      const share = extent(incident, startHour, hours);
      return { total: total * share, prompt: prompt * share, user: user * share };
    }
    if (incident.kind === 'prompt-regression') {
      total += prompt * extra;
      prompt += prompt * extra;
    } else if (incident.kind === 'user-runaway') {
      total += user * extra;
      user += user * extra;
    } else {
      total += total * extra;
      prompt += prompt * extra;
      user += user * extra;
    }
  }
  return { total, prompt, user };
}

/** Which part of an incident's full size a stretch of hours has: 0 before it, 1 at its full size. */
function extent(incident: Incident, startHour: number, hours: number): number {
  const begin = Math.max(incident.startHour, startHour);
  const end = Math.min(incident.endDay * DAY_HOURS, startHour + hours);
  if (end <= begin) return 0;
  const ramp = incident.fullDay * DAY_HOURS - incident.startHour;
  const size = ramp <= 0 ? 1 : Math.min(1, ((begin + end) / 2 - incident.startHour) / ramp);
  return (size * (end - begin)) / hours;
}
