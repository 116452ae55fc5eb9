/**
 * Reading Infraon JSON. Replies nest and flatten the same value in several places, and an unset choice is `{}` or an
 * object of nulls, so "has a value" is decided here and nowhere else.
 */
export type Json = unknown;
export type Raw = Record<string, unknown>;

export function isObject(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{}`, `[]`, blank strings, null and objects or arrays that hold nothing else. */
export function isEmptyValue(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.every(isEmptyValue);
  if (isObject(value)) return Object.values(value).every(isEmptyValue);
  return false;
}

/**
 * The value at `a.b` or `a[].b`. An array on the way is walked even without `[]`, since joined rows arrive as one
 * object or as a list depending on the tenant; then the result is the flat array of what was found.
 */
export function readPath(record: unknown, path: string): unknown {
  if (path === '') return record;
  const steps = stepsOf(path);
  let value = record;
  for (const step of steps) {
    if (Array.isArray(value) || step.endsWith('[]')) return readLists(record, steps);
    if (!isObject(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** The catalogue has some hundred paths, and each is read from every record. */
const knownSteps = new Map<string, readonly string[]>();

function stepsOf(path: string): readonly string[] {
  const known = knownSteps.get(path);
  if (known !== undefined) return known;
  const steps = path.split('.');
  knownSteps.set(path, steps);
  return steps;
}

function readLists(record: unknown, steps: readonly string[]): unknown {
  let current: unknown[] = [record];
  let many = false;
  for (const step of steps) {
    const key = step.endsWith('[]') ? step.slice(0, -2) : step;
    const next: unknown[] = [];
    for (const item of current) {
      const holders = Array.isArray(item) ? item : [item];
      many ||= Array.isArray(item);
      for (const holder of holders) {
        if (!isObject(holder) || !Object.hasOwn(holder, key)) continue;
        const value = holder[key];
        if (!step.endsWith('[]')) next.push(value);
        else if (Array.isArray(value)) next.push(...(value as unknown[]));
        else if (value !== null) next.push(value);
      }
    }
    many ||= step.endsWith('[]');
    current = next;
  }
  if (!many) return current[0];
  return current.flat().filter((value) => !isEmptyValue(value));
}

/** The first value that is not empty, in the order of the paths. */
export function firstValue(record: unknown, paths: readonly string[]): unknown {
  for (const path of paths) {
    const value = readPath(record, path);
    if (!isEmptyValue(value)) return value;
  }
  return undefined;
}
