import { formatTime } from '../../canvas-kit/format.ts';

const INSTANT = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** A document of the API with its instants as a person of that zone reads them, also within its sentences. */
export function withTimesOf<T>(timezone: string, document: T): T {
  return readable(document, timezone) as T;
}

function readable(value: unknown, timezone: string): unknown {
  if (typeof value === 'string') return value.replaceAll(INSTANT, (instant) => formatTime(instant, timezone));
  if (Array.isArray(value)) return value.map((entry) => readable(entry, timezone));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, readable(entry, timezone)]));
}
