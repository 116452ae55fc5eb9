import type { ObjectDefinition } from '../../objects/define-object.ts';
import { isObject, type Raw } from '../../objects/paths.ts';
import { readFields } from '../../objects/read-fields.ts';

/** Field keys that all catalogues use for the same thing, in the order in which they are tried. */
export const TITLE_KEYS = ['name', 'subject', 'title'];
export const STATUS_KEYS = ['status', 'state'];
export const PRIORITY_KEYS = ['priority'];
export const SLA_KEYS = ['sla'];

/** Types that the panel shows no value of: links are followed, texts and threads are in Intercom itself. */
const NOT_SHOWN = ['reference', 'references', 'thread', 'html', 'files'];
/** Longer values are texts, whatever their type says. */
const LONGEST = 500;

/** What is left of a staged record once its texts are erased: the values that the panel shows, by field. */
const KEPT = '$kept';
/** The record's own address in Infraon, which was read from its payload before that was erased. */
const KEPT_URL = '$url';

/** The values of a staged record, or what is left of them. */
export function panelValues(
  raw: Raw,
  definition: ObjectDefinition,
  timezone: string,
): Record<string, unknown> {
  return isObject(raw[KEPT]) ? raw[KEPT] : readFields(raw, definition, { timezone });
}

export function keptUrl(raw: Raw | null): string | null {
  const url = raw?.[KEPT_URL];
  return typeof url === 'string' ? url : null;
}

/**
 * What stays of a staged record after its texts were erased. Beside a conversation the panel shows its status, priority
 * and SLA, and the short values of the custom objects that are linked to it; the source is gone by then, and a panel may
 * wait for no call. Of people, companies, articles and documents nothing stays: Intercom or the handoff package has them.
 */
export function withoutTexts(
  raw: Raw,
  definition: ObjectDefinition | undefined,
  context: { timezone: string; url: string | null },
): Raw {
  const resource = definition?.destination.resource;
  if (definition === undefined || (resource !== 'conversations' && resource !== 'custom_object_instances'))
    return { [KEPT]: {} };
  const values = panelValues(raw, definition, context.timezone);
  const named = new Set(
    resource === 'conversations' ? [...STATUS_KEYS, ...PRIORITY_KEYS, ...SLA_KEYS] : TITLE_KEYS,
  );
  const kept = definition.fields.filter(({ key, type, personal }) => {
    if (type === 'reference' || type === 'references') return true;
    if (personal === true || NOT_SHOWN.includes(type)) return false;
    return resource === 'custom_object_instances' || named.has(key);
  });
  return {
    [KEPT]: Object.fromEntries(
      kept.flatMap(({ key }) => {
        const value = values[key];
        return value === undefined || isLong(value) ? [] : [[key, value]];
      }),
    ),
    ...(context.url === null ? {} : { [KEPT_URL]: context.url }),
  };
}

function isLong(value: unknown): boolean {
  return typeof value === 'string' && value.length > LONGEST;
}

/** The first of these fields that says something. */
export function first(values: Record<string, unknown>, keys: readonly string[]): string | null {
  for (const key of keys) {
    const text = textOf(values[key]);
    if (text !== null) return text;
  }
  return null;
}

/** A value in words; null when it says nothing. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (!Array.isArray(value)) return null;
  const parts = value.map(textOf).filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}
