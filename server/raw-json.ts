import { isSafeNumber, parse } from 'lossless-json';
import { storable } from '../db/jsonb.ts';

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

/** The JSON in these bytes, or undefined when they hold none. */
export function jsonOf(bytes: Buffer): unknown {
  try {
    return parseJson(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
