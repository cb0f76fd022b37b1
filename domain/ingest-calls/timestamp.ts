/** Reads a call's `ts`. */

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * An RFC 3339 time, truncated to the millisecond: every path must give the same instant, or a redelivered call would be
 * a second one.
 *
 * @returns undefined when it is not one, has no offset, or names a day or hour that does not exist
 */
export function parseTimestamp(text: string): Date | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', offset = ''] = match;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const local = new Date(`${wall}.${fraction.slice(0, 3).padEnd(3, '0')}Z`);
  // Date rolls 31 February over to March; the text must come back as it went in.
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(wall)) return undefined;
  const shift = offsetMinutes(offset);
  return shift === undefined ? undefined : new Date(local.getTime() - shift * 60_000);
}

function offsetMinutes(offset: string): number | undefined {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
