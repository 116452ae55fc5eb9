/**
 * The three spellings of a time that Infraon uses: ISO 8601 with an offset or `Z` (microseconds included), ISO without
 * either, and display strings such as `Jan 21, 2025 07:55 AM`. The last two are wall-clock times of the tenant's zone.
 */
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ISO_ZONED = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})$/i;
const ISO_LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?$/;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DISPLAY =
  /^([A-Za-z]{3})[A-Za-z]*\.? (\d{1,2}),? (\d{4})(?:,? (\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp][Mm]))?)?$/;

export interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

function isReal(clock: WallClock): boolean {
  const date = new Date(Date.UTC(clock.year, clock.month - 1, clock.day));
  return (
    date.getUTCMonth() === clock.month - 1 &&
    date.getUTCDate() === clock.day &&
    clock.hour < 24 &&
    clock.minute < 60 &&
    clock.second < 60
  );
}

function utcOf(clock: WallClock): number {
  return Date.UTC(clock.year, clock.month - 1, clock.day, clock.hour, clock.minute, clock.second, clock.ms);
}

/** Making a formatter costs more than a hundred uses of it; there are as many as there are zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, formatter);
  return formatter;
}

/** Milliseconds that `zone` is ahead of UTC at an instant; 0 for a zone that the runtime does not know. */
function offsetMs(instant: number, zone: string): number {
  try {
    const parts = formatterFor(zone).formatToParts(new Date(instant));
    const read = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
    const local = Date.UTC(
      read('year'),
      read('month') - 1,
      read('day'),
      read('hour'),
      read('minute'),
      read('second'),
    );
    return local - Math.floor(instant / 1000) * 1000;
  } catch {
    return 0;
  }
}

/** The instant of a wall-clock time. In the hour that a change of clocks repeats, the first occurrence is taken. */
function instantOf(clock: WallClock, zone: string): number {
  const guess = utcOf(clock);
  const first = guess - offsetMs(guess, zone);
  return guess - offsetMs(first, zone);
}

function displayClock(text: string): WallClock | undefined {
  const match = DISPLAY.exec(text.replace(/\s+/g, ' '));
  if (!match) return undefined;
  const month = MONTHS.indexOf((match[1] ?? '').toLowerCase()) + 1;
  if (month === 0) return undefined;
  let hour = Number(match[4] ?? 0);
  const half = match[7]?.toLowerCase();
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === 'pm' ? 12 : 0);
  }
  return {
    year: Number(match[3]),
    month,
    day: Number(match[2]),
    hour,
    minute: Number(match[5] ?? 0),
    second: Number(match[6] ?? 0),
    ms: 0,
  };
}

function localClock(text: string): WallClock | undefined {
  const match = ISO_LOCAL.exec(text);
  if (!match) return undefined;
  return {
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: Number(match[4]),
    minute: Number(match[5]),
    second: Number(match[6] ?? 0),
    ms: Number((match[7] ?? '').padEnd(3, '0')),
  };
}

/** A date without a time stays that date: midnight UTC, so that no zone moves it to a neighbouring day. */
function dateOnly(text: string): number | undefined {
  const match = ISO_DATE.exec(text);
  if (!match) return undefined;
  const clock = {
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: 0,
    minute: 0,
    second: 0,
    ms: 0,
  };
  return isReal(clock) ? utcOf(clock) : undefined;
}

/** Milliseconds since the epoch, or undefined when the text is not a time. `zone` is the tenant's IANA zone. */
export function parseTime(text: string, zone: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 64) return undefined;
  if (ISO_ZONED.test(trimmed)) {
    const spaceless = trimmed
      .replace(/^(\d{4}-\d{2}-\d{2}) /, '$1T')
      .replace(/\s+/g, '')
      .replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
    const instant = Date.parse(spaceless);
    return Number.isNaN(instant) ? undefined : instant;
  }
  const date = dateOnly(trimmed);
  if (date !== undefined) return date;
  const clock = localClock(trimmed) ?? displayClock(trimmed);
  return clock !== undefined && isReal(clock) ? instantOf(clock, zone) : undefined;
}
