import type { ApiContext } from './context.ts';
import { ApiFailure, invalid } from './failure.ts';

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body as an object; an absent body is an empty one, so that the missing field is what gets reported. */
export function fieldsOf(context: ApiContext): Fields {
  if (context.body === undefined) return {};
  if (!isFields(context.body))
    throw new ApiFailure(400, 'bad_request', 'The request body must be a JSON object');
  return context.body;
}

/** Refuses undocumented keys, unless the switch says to ignore them as a lenient server would. */
export function onlyKeys(context: ApiContext, fields: Fields, allowed: readonly string[]): void {
  if (context.state.switches.undocumentedKeys === 'ignore') return;
  const unknown = Object.keys(fields).find((key) => !allowed.includes(key));
  if (unknown !== undefined)
    throw invalid(`'${unknown}' is not a documented parameter of this request`, unknown);
}

/** A string, `null`, or `undefined` when the key is absent. */
export function stringField(fields: Fields, key: string): string | null | undefined {
  const value = fields[key];
  if (value === undefined || value === null || typeof value === 'string') return value;
  throw invalid(`${key} must be a string`, key);
}

export function booleanField(fields: Fields, key: string): boolean | null | undefined {
  const value = fields[key];
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  throw invalid(`${key} must be a boolean`, key);
}

export function integerField(fields: Fields, key: string): number | null | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return value;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw invalid(`${key} must be an integer`, key);
}

/** Ids are documented as strings, but the official examples send numbers for teammates, tags and conversations. */
export function idField(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return String(value);
  throw invalid(`${key} must be an id`, key);
}

/** A positive integer from the query string, or the default; the maximum is an error, not a clamp. */
export function pageSize(query: URLSearchParams, fallback: number, maximum: number): number {
  return sizeOf(query.get('per_page'), fallback, maximum);
}

export function sizeOf(value: unknown, fallback: number, maximum: number): number {
  if (value === undefined || value === null || value === '') return fallback;
  const size = Number(value);
  if (!Number.isInteger(size) || size < 1) throw invalid('per_page must be a positive integer', 'per_page');
  if (size > maximum) throw invalid(`per_page may be at most ${maximum}`, 'per_page');
  return size;
}

export function pageNumber(query: URLSearchParams): number {
  const value = query.get('page');
  if (value === null || value === '') return 1;
  const page = Number(value);
  if (!Number.isInteger(page) || page < 1) throw invalid('page must be a positive integer', 'page');
  return page;
}

export function stringList(fields: Fields, key: string): string[] | undefined {
  const value = fields[key];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  throw invalid(`${key} must be an array of strings`, key);
}
