/**
 * Infraon writes times in three forms: ISO with microseconds and an offset, the same with `Z`, and a display string
 * without seconds or zone. All functions take and return milliseconds since the epoch.
 */
const INDIA_OFFSET_MS = 19_800_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2021-06-23T21:35:46.899000+05:30`. */
export function offsetTime(ms: number, microseconds = 0): string {
  const iso = new Date(ms + INDIA_OFFSET_MS).toISOString();
  return `${iso.slice(0, -1)}${microseconds.toString().padStart(3, '0')}+05:30`;
}

/** `2021-06-23T16:05:46.899000Z`. */
export function zuluTime(ms: number, microseconds = 0): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${microseconds.toString().padStart(3, '0')}Z`;
}

/** `Jan 21, 2025 07:55 AM`, in the tenant's zone. */
export function displayTime(ms: number): string {
  const local = new Date(ms + INDIA_OFFSET_MS);
  const hour = local.getUTCHours();
  const day = local.getUTCDate().toString().padStart(2, '0');
  const clock = `${(hour % 12 === 0 ? 12 : hour % 12).toString().padStart(2, '0')}:${local.getUTCMinutes().toString().padStart(2, '0')}`;
  const month = MONTHS[local.getUTCMonth()] ?? 'Jan';
  return `${month} ${day}, ${local.getUTCFullYear().toString()} ${clock} ${hour < 12 ? 'AM' : 'PM'}`;
}

/** The instant of any of the three forms; `NaN` when the text is none of them. */
export function parseTime(text: string): number {
  const display = /^(\w{3}) (\d{2}), (\d{4}) (\d{2}):(\d{2}) (AM|PM)$/.exec(text);
  if (!display) return Date.parse(text);
  const [, month = '', day = '', year = '', hour = '', minute = '', half = ''] = display;
  const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
  return Date.UTC(Number(year), MONTHS.indexOf(month), Number(day), hours, Number(minute)) - INDIA_OFFSET_MS;
}
