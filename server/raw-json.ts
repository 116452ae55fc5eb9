import { isSafeNumber, parse } from 'lossless-json';

/**
 * JSON as others send it: whole numbers beyond 2^53 stay strings, because ids arrive as numbers in places; what
 * PostgreSQL cannot hold is taken out. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  const value = /\d{16}/.test(text)
    ? parse(text, undefined, (digits) => (isSafeNumber(digits) ? Number(digits) : digits))
    : (JSON.parse(text) as unknown);
  return /\\u(0000|d[89a-f])/i.test(text) ? storable(value) : value;
}

/** Without what PostgreSQL cannot hold in text and jsonb: NUL, and halves of surrogate pairs. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '').toWellFormed();
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storable(item)]));
}

/** The JSON in these bytes, or undefined when they hold none. */
export function jsonOf(bytes: Buffer): unknown {
  try {
    return parseJson(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
