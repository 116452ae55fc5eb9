import { parse as parseLossless } from 'lossless-json';

export interface ParsedJson {
  value: unknown;
  /** How many strings (keys included) had to be changed so that PostgreSQL's jsonb can hold them. */
  repaired: number;
  /** How many numbers were kept as text because a double cannot hold them. */
  largeNumbers: number;
}

/** A number the built-in parser may not hold exactly: 16 digits and more, or an exponent beyond a double. */
const RISKY_NUMBER = /(?:^|[:,[])\s*-?(?:\d{16,}|\d[\d.]*[eE]\+?\d{3,})/;

/** jsonb refuses U+0000 and surrogates without their partner; both can only arrive as escapes in valid UTF-8. */
const SUSPICIOUS_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

/** Integers that a double cannot hold, and magnitudes that become Infinity, stay the text the server sent. */
function numberOrText(text: string): number | string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : value;
}

function repairText(text: string, count: { repaired: number }): string {
  if (text.isWellFormed() && !text.includes('\0')) return text;
  count.repaired += 1;
  return text.toWellFormed().replaceAll('\0', '');
}

function repair(value: unknown, count: { repaired: number }): unknown {
  if (typeof value === 'string') return repairText(value, count);
  if (Array.isArray(value)) return value.map((item) => repair(item, count));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [repairText(key, count), repair(item, count)]),
  );
}

/**
 * Parses JSON without rounding ids: integers beyond 2^53 come back as strings, all other numbers as numbers. Lone
 * surrogates become U+FFFD and NUL is removed. Throws `SyntaxError`. The slower lossless parser runs only on texts
 * that contain a number it is needed for.
 */
export function parseJson(text: string): ParsedJson {
  let largeNumbers = 0;
  function parseNumber(digits: string): number | string {
    const value = numberOrText(digits);
    if (typeof value === 'string') largeNumbers += 1;
    return value;
  }
  const value: unknown = RISKY_NUMBER.test(text)
    ? parseLossless(text, null, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
    : JSON.parse(text);
  const count = { repaired: 0 };
  const clean = SUSPICIOUS_ESCAPE.test(text) || !text.isWellFormed() ? repair(value, count) : value;
  return { value: clean, repaired: count.repaired, largeNumbers };
}
