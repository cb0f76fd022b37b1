/**
 * Reads the six fields of a Scheduler cron expression and rewrites them as a pattern for croner. The fields are checked
 * here because croner, like most parsers, takes expressions that AWS refuses.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */

interface Field {
  name: string;
  from: number;
  to: number;
  /** Names that stand for numbers, the first for `from`. */
  names: readonly string[];
  /** Special characters that AWS allows here besides `,` `-` `*`. */
  allowed: string;
}

const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const DAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

const DAY_OF_WEEK: Field = { name: 'day-of-week', from: 1, to: 7, names: DAYS, allowed: '?L#' };

const FIELDS: readonly Field[] = [
  { name: 'minutes', from: 0, to: 59, names: [], allowed: '/' },
  { name: 'hours', from: 0, to: 23, names: [], allowed: '/' },
  { name: 'day-of-month', from: 1, to: 31, names: [], allowed: '?/LW' },
  { name: 'month', from: 1, to: 12, names: MONTHS, allowed: '/' },
  DAY_OF_WEEK,
  { name: 'year', from: 1970, to: 2199, names: [], allowed: '/' },
];

/**
 * @param fields the text between the brackets of `cron(…)`
 * @returns croner's seven fields: seconds first, weekdays from 0 = Sunday
 * @throws Error saying which field is wrong and why.
 */
export function toCronerPattern(fields: string): string {
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new Error(
      `cron(${fields}) has ${parts.length} fields; it needs six: minutes hours day-of-month month day-of-week year`,
    );
  }
  const translated = FIELDS.map((field, index) => translateField(parts[index] ?? '', field));
  if ((parts[2] === '?') === (parts[4] === '?')) {
    throw new Error(
      `cron(${fields}): exactly one of day-of-month and day-of-week must be \`?\`, as in cron(0 8 * * ? *)`,
    );
  }
  return ['0', ...translated].join(' ');
}

function translateField(text: string, field: Field): string {
  if (text === '?' && field.allowed.includes('?')) return '*';
  return text
    .split(',')
    .map((item) => translateItem(item.toUpperCase(), field))
    .join(',');
}

function translateItem(item: string, field: Field): string {
  if (item === '*') return '*';
  if (field.allowed.includes('L') && item.endsWith('L')) return translateLast(item, field);
  if (field.allowed.includes('W') && item.endsWith('W')) {
    return `${parseValue(item.slice(0, -1), field)}W`;
  }
  if (field.allowed.includes('#') && item.includes('#')) {
    const [day = '', nth = ''] = item.split(/#(.*)/s);
    if (!/^[1-5]$/.test(nth)) refuse(item, field, 'must be like 3#2, the second Tuesday');
    return `${cronerValue(parseValue(day, field), field)}#${nth}`;
  }
  // Written out value by value: croner's own steps differ from AWS's in small ways.
  return parseRange(item, field)
    .map((value) => cronerValue(value, field))
    .join(',');
}

/** `L` is the month's last day or, among weekdays, Saturday; `5L` is the month's last Thursday. */
function translateLast(item: string, field: Field): string {
  const day = item.slice(0, -1);
  if (field !== DAY_OF_WEEK) return day === '' ? 'L' : refuse(item, field, 'must be just L');
  if (day === '') return String(cronerValue(field.to, field));
  return `${cronerValue(parseValue(day, field), field)}#L`;
}

function parseRange(item: string, field: Field): number[] {
  const [range = '', step] = item.split(/\/(.*)/s);
  if (step !== undefined && !field.allowed.includes('/')) refuse(item, field, 'must have no step');
  if (step !== undefined && !/^[1-9]\d*$/.test(step)) {
    refuse(item, field, 'must step by a whole number of at least 1');
  }
  const [first = '', last] =
    range === '*' ? [`${field.from}`, `${field.to}`] : range.split(/-(.*)/s);
  const start = parseValue(first, field);
  // `5/15` is every 15 from 5 on; `5` is 5 alone.
  const end = last !== undefined ? parseValue(last, field) : step === undefined ? start : field.to;
  if (end < start) refuse(item, field, 'must not run backwards');
  const values = [];
  for (let value = start; value <= end; value += Number(step ?? 1)) values.push(value);
  return values;
}

function parseValue(text: string, field: Field): number {
  const named = field.names.indexOf(text);
  const value = named >= 0 ? field.from + named : Number(/^\d+$/.test(text) ? text : Number.NaN);
  if (value >= field.from && value <= field.to) return value;
  return refuse(text, field, `must be a value from ${field.from} to ${field.to}`);
}

/** Scheduler counts weekdays from 1 = Sunday, croner from 0. */
function cronerValue(value: number, field: Field): number {
  return field === DAY_OF_WEEK ? value - 1 : value;
}

function refuse(item: string, field: Field, why: string): never {
  throw new Error(`${field.name} \`${item}\` ${why}`);
}
