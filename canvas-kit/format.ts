/** What screens need to know beside their subject: the hour in the workspace's zone, and where the console is. */
export interface View {
  now: Date;
  timezone: string;
  consoleUrl: string;
}

/**
 * `Jan 8, 2019 at 1:05PM`. Always absolute: a canvas stays on screen unchanged, so "five minutes" would become wrong.
 * Only the workspace's zone is known; Canvas Kit names no zone of the viewer.
 */
export function formatTime(value: Date | string, timezone: string): string {
  const parts = partsOf(value, timezone);
  return parts === undefined ? String(value) : `${parts.day} at ${parts.time}`;
}

/** `Jan 8, 2019`. */
export function formatDate(value: Date | string, timezone: string): string {
  return partsOf(value, timezone)?.day ?? String(value);
}

/** For a cell, which shows about twenty letters: `1:05PM` on the same day, else `Jan 8, 2019`. */
export function formatMoment(value: Date | string, { now, timezone }: View): string {
  const parts = partsOf(value, timezone);
  if (parts === undefined) return String(value);
  return parts.day === formatDate(now, timezone) ? parts.time : parts.day;
}

function partsOf(value: Date | string, timezone: string): { day: string; time: string } | undefined {
  const date = typeof value === 'string' ? new Date(value) : value;
  if (Number.isNaN(date.getTime())) return undefined;
  const parts = formatterOf(timezone).formatToParts(date);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return {
    day: `${part('month')} ${part('day')}, ${part('year')}`,
    time: `${part('hour')}:${part('minute')}${part('dayPeriod')}`,
  };
}

/** Making one takes longer than the rest of a canvas, and zones are few. */
const FORMATTERS = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const zone = zoneOrUtc(timezone);
  const known = FORMATTERS.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    hour12: true,
  });
  FORMATTERS.set(zone, made);
  return made;
}

function zoneOrUtc(timezone: string): string {
  if (FORMATTERS.has(timezone)) return timezone;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** A value of a record for people: times in the workspace's zone, everything else as it is. */
export function formatValue(value: unknown, timezone: string): string {
  if (typeof value === 'string') return ISO.test(value) ? formatTime(value, timezone) : value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}

export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 record`, `2 records`. */
export function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

export function asOf({ now, timezone }: View): string {
  return `As of ${formatTime(now, timezone)}`;
}
