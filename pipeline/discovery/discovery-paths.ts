import type { ObjectDefinition } from '../../objects/define-object.ts';
import { isEmptyValue, isObject, type Raw } from '../../objects/paths.ts';

/** One value of a record that no field of the catalogue reads, by its path (`a.b`, `a[].b`). */
export interface Leaf {
  path: string;
  value: unknown;
}

const MAX_DEPTH = 6;
/** A tenant that stores data in keys would otherwise make one field per record. */
const MAX_LEAVES = 400;

/** Where custom fields live; they are inventoried by their definitions. */
const CUSTOM_CONTAINERS = ['custom_field', 'custom_field_data', 'close_info.custom_field_data'];

/** Joined rows and children belong to other records; what a module reads of them is in its catalogue. */
const CONNECTOR_PREFIX = '$';

const CHOICE_KEYS = new Set(['name', 'color', 'icon', 'key', 'display_key', 'id']);
const PHONE_KEYS = ['internationalNumber', 'e164Number', 'nationalNumber'];

function plain(path: string): string {
  return path.replaceAll('[]', '');
}

/** Choices (`{id, name, color…}`) and phones are one value, however many keys they have. */
function isSingleValue(value: Raw): boolean {
  if (PHONE_KEYS.some((key) => Object.hasOwn(value, key))) return true;
  if (!Object.hasOwn(value, 'name') && !Object.hasOwn(value, 'display_key')) return false;
  const keys = Object.keys(value);
  return Object.hasOwn(value, 'id') || keys.every((key) => CHOICE_KEYS.has(key));
}

/**
 * Lists the leaves of raw records that lie outside the catalogue's paths, so that nothing a tenant stores goes
 * unmentioned.
 * @param overrides paths that the connection uses instead of the catalogue's, by field key.
 */
export function leafFinder(
  definition: ObjectDefinition,
  overrides: Record<string, string[]> = {},
): (raw: Raw) => Leaf[] {
  const covered = new Set<string>(CUSTOM_CONTAINERS);
  for (const field of definition.fields) {
    for (const path of [...field.paths, ...(overrides[field.key] ?? [])]) covered.add(plain(path));
    for (const { rows } of [field.edges, field.links, field.lines].filter((of) => of !== undefined)) {
      for (const path of rows) covered.add(plain(path));
    }
  }
  const insideCovered = new Set<string>();
  for (const path of covered) {
    const steps = path.split('.');
    for (let length = 1; length < steps.length; length += 1) {
      insideCovered.add(steps.slice(0, length).join('.'));
    }
  }

  return (raw) => {
    const leaves: Leaf[] = [];
    function visit(value: unknown, path: string, depth: number): void {
      const bare = plain(path);
      if (leaves.length >= MAX_LEAVES || isEmptyValue(value) || covered.has(bare)) return;
      if (Array.isArray(value)) {
        const items = (value as unknown[]).filter((item) => !isEmptyValue(item));
        const rows = items.filter(isObject);
        if (rows.length < items.length || rows.every(isSingleValue) || depth >= MAX_DEPTH) {
          leaves.push({ path, value });
          return;
        }
        const keys = new Set(rows.flatMap((row) => Object.keys(row)));
        for (const key of keys) {
          const values = rows.map((row) => row[key]).filter((item) => !isEmptyValue(item));
          if (values.length > 0) visit(values.flat(), `${path}[].${key}`, depth + 1);
        }
        return;
      }
      if (!isObject(value)) {
        leaves.push({ path, value });
        return;
      }
      if (isSingleValue(value) || depth >= MAX_DEPTH) {
        if (!insideCovered.has(bare)) leaves.push({ path, value });
        return;
      }
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`, depth + 1);
    }
    for (const [key, value] of Object.entries(raw)) {
      if (!key.startsWith(CONNECTOR_PREFIX)) visit(value, key, 1);
    }
    return leaves;
  };
}

/** Last steps that say nothing without the step before them. */
const VAGUE = new Set([
  'id',
  'name',
  'full_name',
  'title',
  'value',
  'type',
  'code',
  'key',
  'email',
  'phone',
  'phone_number',
  'contact_number',
  'description',
  'date',
  'time',
  'creation_time',
  'status',
  'state',
  'count',
]);

/** A label from a path: `basic_info.urgency` → `Urgency`, `reporter_info.email` → `Reporter info email`. */
export function labelOfPath(path: string): string {
  const steps = plain(path).split('.');
  const last = steps.at(-1) ?? path;
  const before = steps.at(-2);
  const words = (VAGUE.has(last) && before !== undefined ? `${before} ${last}` : last)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_\-\s]+/g, ' ')
    .trim()
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
