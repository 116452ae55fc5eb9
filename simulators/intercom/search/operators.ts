import { invalid } from '../failure.ts';

export type FieldValue = string | number | boolean | null;

export interface FieldSpec<T> {
  type: 'string' | 'integer' | 'boolean' | 'date' | 'day' | 'tag';
  /** Several values match when one of them does. */
  read: (record: T) => FieldValue | readonly FieldValue[];
  /** For `day`: which day an instant belongs to, as text that sorts. */
  dayOf?: (seconds: number) => string;
  ignoreCase?: boolean;
}

const ALLOWED: Readonly<Record<FieldSpec<unknown>['type'], readonly string[]>> = {
  string: ['=', '!=', 'IN', 'NIN', '~', '!~', '^', '$'],
  integer: ['=', '!=', 'IN', 'NIN', '<', '>', '<=', '>='],
  boolean: ['=', '!=', 'IN', 'NIN'],
  date: ['=', '!=', 'IN', 'NIN', '<', '>'],
  day: ['=', '<', '>'],
  tag: ['=', '!='],
};

/** One filter as a predicate; refuses operators and values that the field's type does not take. */
export function compileFilter<T>(
  field: string,
  spec: FieldSpec<T>,
  operator: unknown,
  value: unknown,
): (record: T) => boolean {
  if (typeof operator !== 'string' || !ALLOWED[spec.type].includes(operator)) {
    throw invalid(`Operator '${String(operator)}' is not supported for field '${field}'`, field);
  }
  const many = operator === 'IN' || operator === 'NIN';
  if (many !== Array.isArray(value))
    throw invalid(`The value of '${field}' does not suit operator '${operator}'`, field);
  const wanted = (many ? (value as unknown[]) : [value]).map((item) => readValue(field, spec, item));
  const negative = operator === '!=' || operator === 'NIN' || operator === '!~';
  const test = testOf(spec, operator, wanted);
  return (record) => {
    const actual = spec.read(record);
    const values: readonly FieldValue[] = isMany(actual) ? (actual.length === 0 ? [null] : actual) : [actual];
    return negative ? values.every((item) => !test(item)) : values.some(test);
  };
}

function isMany(value: FieldValue | readonly FieldValue[]): value is readonly FieldValue[] {
  return Array.isArray(value);
}

function readValue<T>(field: string, spec: FieldSpec<T>, value: unknown): FieldValue {
  if (value === null) return null;
  switch (spec.type) {
    case 'string':
    case 'tag':
      if (typeof value === 'string') return spec.ignoreCase === true ? value.toLowerCase() : value;
      if (typeof value === 'number') return String(value);
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 'false') return value === 'true';
      break;
    case 'integer':
    case 'date':
    case 'day':
      if (typeof value === 'number') return value;
      if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
      break;
  }
  throw invalid(`The value of '${field}' has the wrong type`, field);
}

function testOf<T>(
  spec: FieldSpec<T>,
  operator: string,
  wanted: FieldValue[],
): (actual: FieldValue) => boolean {
  const first = wanted[0] ?? null;
  const normal = (actual: FieldValue): FieldValue =>
    spec.ignoreCase === true && typeof actual === 'string' ? actual.toLowerCase() : actual;
  switch (operator) {
    case '=':
    case '!=':
    case 'IN':
    case 'NIN':
      if (spec.type === 'day') return (actual) => dayOrder(spec, actual, first) === 0;
      return (actual) => wanted.includes(normal(actual));
    case '~':
    case '!~':
      return (actual) => texts(normal(actual), first, (a, b) => a.includes(b));
    case '^':
      return (actual) => texts(normal(actual), first, (a, b) => a.startsWith(b));
    case '$':
      return (actual) => texts(normal(actual), first, (a, b) => a.endsWith(b));
    case '<':
      if (spec.type === 'day') return (actual) => (dayOrder(spec, actual, first) ?? 0) < 0;
      // Conversation dates compare "lower (or equal)" and "greater (or equal)" (POST /conversations/search).
      return (actual) => numbers(actual, first, (a, b) => (spec.type === 'date' ? a <= b : a < b));
    case '>':
      if (spec.type === 'day') return (actual) => (dayOrder(spec, actual, first) ?? 0) > 0;
      return (actual) => numbers(actual, first, (a, b) => (spec.type === 'date' ? a >= b : a > b));
    case '<=':
      return (actual) => numbers(actual, first, (a, b) => a <= b);
    default:
      return (actual) => numbers(actual, first, (a, b) => a >= b);
  }
}

function texts(actual: FieldValue, wanted: FieldValue, test: (a: string, b: string) => boolean): boolean {
  return typeof actual === 'string' && typeof wanted === 'string' && test(actual, wanted);
}

function numbers(actual: FieldValue, wanted: FieldValue, test: (a: number, b: number) => boolean): boolean {
  return typeof actual === 'number' && typeof wanted === 'number' && test(actual, wanted);
}

/** `null` when one side is no date. */
function dayOrder<T>(spec: FieldSpec<T>, actual: FieldValue, wanted: FieldValue): number | null {
  if (typeof actual !== 'number' || typeof wanted !== 'number' || spec.dayOf === undefined) return null;
  const [a, b] = [spec.dayOf(actual), spec.dayOf(wanted)];
  return a === b ? 0 : a < b ? -1 : 1;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in a time zone, `YYYY-MM-DD`. */
export function dayIn(timezone: string): (seconds: number) => string {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timezone, format);
  }
  const found = format;
  return (seconds) => found.format(seconds * 1_000);
}
