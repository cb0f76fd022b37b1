/** Value formats of the configuration that no regular expression can check. */

/** True for `none` and for something that can be an address; whether it exists only AWS's confirmation mail can tell. */
export function isAlarmEmail(text: string): boolean {
  return text === 'none' || /^[^\s@"<>]+@[^\s@"<>]+[.][^\s@"<>.]+$/.test(text);
}

/**
 * True for an IANA zone written the way the tz database writes it: EventBridge Scheduler and Java compare case,
 * while Node does not. Offsets such as `+02:00`, which Node also takes, have no daylight saving rules.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#time-zone
 */
export function isIanaZone(text: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+/-]*$/.test(text)) return false;
  const differsByCaseOnly = IANA_ZONES.some(
    (zone) => zone !== text && zone.toLowerCase() === text.toLowerCase(),
  );
  if (differsByCaseOnly) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

export const IANA_ZONES: readonly string[] = Intl.supportedValuesOf('timeZone');

export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
export function isParameterName(text: string): boolean {
  return (
    /^([/][A-Za-z0-9_.-]+){1,15}$/.test(text) && text.length <= 1011 && !/^[/](aws|ssm)/i.test(text)
  );
}
