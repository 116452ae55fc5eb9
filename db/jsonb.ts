/** What jsonb refuses, as `JSON.stringify` writes it: NUL, and halves of surrogate pairs. */
const REFUSED = /\\u(?:0000|d[89a-f])/;

/**
 * A value as text for a jsonb parameter. A text that was cut through an emoji would fail the whole statement, and with it
 * what other records wrote in it; so what PostgreSQL cannot hold is taken out.
 */
export function jsonbText(value: unknown): string {
  const text = JSON.stringify(value);
  return REFUSED.test(text) ? JSON.stringify(storable(value)) : text;
}

/** Without what PostgreSQL cannot hold in text and jsonb. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storable(item)]));
}
