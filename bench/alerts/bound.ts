/**
 * How many doublings can be told of at all: by a test that knows of each feature what the generator does, and not what is planted. By
 * Neyman and Pearson's lemma no other test finds more with as few false alarms, in the mean of the sizes and hours that are assumed.
 */
import {
  DAYS,
  type DayOfFeature,
  type Habits,
  holidayFactor,
  TEAMS,
  type World,
} from './generate.ts';
import { grewByTheRule } from './score.ts';

export interface Bound {
  /** Beside each feature's habits. Without, they are taken for what they look like, so it is an indication and no bound. */
  knows_holidays: boolean;
  /** Of the steps of +100 %. */
  within_24_h: number;
}

/** False openings a team and week, of which the rules have about as many. */
const FALSE_OPENINGS = 0.2;

const DAY_HOURS = 24;
const MORNING_HOUR = 8;
const WEEK_DAYS = 7;
/** From when on the rules know six weeks. */
const FIRST_DAY = 42;

/** A change that may have begun: what it multiplies yesterday's rest by, and today's morning. */
interface Change {
  yesterdayRest: number;
  todayMorning: number;
}

const FACTORS = [1.5, 2, 2.5, 3];
const HOURS_YESTERDAY = [8, 12, 16, 20];

/** Half at midnight, half in the daytime, as they are planted. */
const CHANGES: Change[] = FACTORS.flatMap((factor) => [
  ...HOURS_YESTERDAY.map(() => ({ yesterdayRest: 1, todayMorning: factor })),
  ...HOURS_YESTERDAY.map((hour) => {
    const share = (DAY_HOURS - hour) / (DAY_HOURS - MORNING_HOUR);
    return { yesterdayRest: 1 + (factor - 1) * share, todayMorning: factor };
  }),
]);
const NO_CHANGE: Change = { yesterdayRest: 1, todayMorning: 1 };

/** A week's level lies anywhere within the variation; a share that is late, anywhere within its bounds. */
const LEVELS = [-0.9, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9];
const LATE_SHARES = [0.05, 0.15, 0.25, 0.35, 0.45];

export function boundsOf(world: World): Bound[] {
  return [false, true].map((knowsHolidays) => ({
    knows_holidays: knowsHolidays,
    within_24_h: shareWithin24Hours(world, knowsHolidays),
  }));
}

function shareWithin24Hours(world: World, knowsHolidays: boolean): number {
  const ratio = (feature: number, day: number) => logRatio(world, feature, day, knowsHolidays);
  const planted = new Set(world.incidents.map(({ feature }) => feature));
  const calm = world.features.map((_, feature) => feature).filter((it) => !planted.has(it));
  const days = Array.from({ length: DAYS - FIRST_DAY }, (_, index) => FIRST_DAY + index);
  const ofCalm = calm.flatMap((feature) => days.map((day) => ratio(feature, day)));
  const teamWeeks = (calm.length / (world.features.length / TEAMS)) * (days.length / WEEK_DAYS);
  const threshold = ofCalm.sort((a, b) => b - a)[Math.floor(FALSE_OPENINGS * teamWeeks)] ?? 0;
  const doublings = world.incidents.filter(
    (incident) =>
      incident.kind === 'step' &&
      incident.factor >= 2 &&
      grewByTheRule(incident, world.features[incident.feature] ?? []),
  );
  const told = doublings.filter(({ feature, startHour }) => {
    const lastMorning = Math.floor((startHour + DAY_HOURS - MORNING_HOUR) / DAY_HOURS);
    return ratio(feature, lastMorning) > threshold;
  });
  return Math.round((told.length / Math.max(1, doublings.length)) * 1_000) / 1_000;
}

/** How much likelier a morning, and the days before it, are when a step has begun in the last 24 hours: a logarithm. */
export function logRatio(
  { features, habits, firstDay }: World,
  feature: number,
  today: number,
  knowsHolidays: boolean,
): number {
  const own = habits[feature];
  const days = features[feature];
  if (own === undefined || days === undefined) return 0;
  const weekday = (day: number) => (firstDay.getUTCDay() + day) % WEEK_DAYS;
  const sinceMonday = (day: number) => (weekday(day) + WEEK_DAYS - 1) % WEEK_DAYS;
  const known = (day: number): KnownDay => {
    const holiday = knowsHolidays ? holidayFactor(day) : 1;
    const usual = own.dailyUsd * holiday * (weekday(day) % 6 === 0 ? own.weekend : 1);
    return {
      own,
      usual,
      spent: days[day] ?? { morning: 0, total: 0, prompt: 0, user: 0, late: 0 },
    };
  };
  const yesterday = known(today - 1);
  const before = Array.from({ length: sinceMonday(today - 1) }, (_, index) =>
    known(today - 2 - index),
  );
  const likelihood = ({ yesterdayRest, todayMorning }: Change): number => {
    const untilYesterday = (level: number) =>
      before.reduce((sum, day) => sum + ofDay(day, level, 1), 0) +
      (own.isLate ? ofLateDay : ofDay)(yesterday, level, yesterdayRest);
    const thisMorning = (level: number) => ofMorning(known(today), level, todayMorning);
    // Days of one week share its level, which nobody knows.
    if (sinceMonday(today) > 0) {
      return overLevels(own, (level) => untilYesterday(level) + thisMorning(level));
    }
    return overLevels(own, untilYesterday) + overLevels(own, thisMorning);
  };
  return logMean(CHANGES.map(likelihood)) - likelihood(NO_CHANGE);
}

interface KnownDay {
  own: Habits;
  /** Dollars of it in a week at the usual level. */
  usual: number;
  spent: DayOfFeature;
}

/** A day of which all is there: its own noise is in all of it, that of its morning in the morning. */
function ofDay({ own, usual, spent }: KnownDay, level: number, restFactor: number): number {
  const expected = usual * level;
  const rest = expected * (1 - own.morningShare) * restFactor;
  const shared = Math.log((spent.total - spent.morning) / rest);
  const alone = Math.log(spent.morning / (expected * own.morningShare)) - shared;
  return logNormal(shared, own.variation / 2) + logNormal(alone, own.variation / 2);
}

/** Yesterday, of which nobody knows how much is still to come. */
function ofLateDay({ own, usual, spent }: KnownDay, level: number, restFactor: number): number {
  const expected = usual * level * (own.morningShare + (1 - own.morningShare) * restFactor);
  const there = spent.total * (1 - spent.late);
  return overLate(own, (share) =>
    logNormal(Math.log(there / (expected * share)), own.variation / 2),
  );
}

function ofMorning({ own, usual, spent }: KnownDay, level: number, factor: number): number {
  const expected = usual * level * own.morningShare * factor;
  const there = spent.morning * (1 - spent.late);
  const deviation = (own.variation / 2) * Math.SQRT2;
  return overLate(own, (share) => logNormal(Math.log(there / (expected * share)), deviation));
}

function overLevels({ variation }: Habits, likelihood: (level: number) => number): number {
  return logMean(LEVELS.map((level) => likelihood(1 + level * variation)));
}

function overLate({ isLate }: Habits, likelihood: (share: number) => number): number {
  return logMean((isLate ? LATE_SHARES : [0]).map((late) => likelihood(1 - late)));
}

/** Without its constant. */
function logNormal(distance: number, deviation: number): number {
  return -((distance / deviation) ** 2) / 2 - Math.log(deviation);
}

/** Of likelihoods that are logarithms. */
function logMean(values: readonly number[]): number {
  const most = Math.max(...values);
  const sum = values.reduce((total, value) => total + Math.exp(value - most), 0);
  return most + Math.log(sum / values.length);
}
