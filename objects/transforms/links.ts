import { z } from 'zod';
import { companyOf } from '../company.ts';
import { objectsOf } from '../define-object.ts';
import type { MappingIssue, RecordRef } from '../mapping.ts';
import { textOf } from '../read-values.ts';
import { readPath, isObject } from '../paths.ts';
import { defineTransform, issueOf, type Outcome, type RecordContext } from './transform.ts';

function missing(context: RecordContext, id: string | null, object: string): MappingIssue {
  const message =
    id === null
      ? `The record names no ${object.replaceAll('_', ' ')}.`
      : `The ${object.replaceAll('_', ' ')} ${id} is not part of the migration.`;
  return issueOf(context, 'parent_missing', id, message, {
    suggestion: `Name an existing ${object.replaceAll('_', ' ')} by its Infraon id.`,
  });
}

function resolve(context: RecordContext, ref: RecordRef): Outcome {
  if (context.exists === undefined || context.exists(ref)) return { value: ref };
  const issue = missing(context, ref.sourceId, ref.ref);
  return context.required ? { issue } : { value: undefined, warnings: [issue] };
}

function objectOf(context: RecordContext, named: string | undefined): string {
  return named ?? context.field?.object ?? '';
}

export const reference = defineTransform({
  options: z.strictObject({ object: z.string().optional() }),
  accepts: ['reference', 'string', 'integer', 'enum'],
  produces: 'reference',
  handlesEmpty: true,
  apply(value, options, context) {
    const object = objectOf(context, options.object);
    const id = textOf(value)?.trim();
    if (id === undefined || id === '') {
      return context.required ? { issue: missing(context, null, object) } : { value: undefined };
    }
    return resolve(context, { ref: object, sourceId: id });
  },
});

const referencesOptions = z.strictObject({
  object: z.string().optional(),
  /** Custom object type of the objects referred to, for the schema sheet and relationship attributes. */
  type: z.string().optional(),
  cardinality: z.enum(['one', 'many']).default('many'),
});

export const references = defineTransform({
  options: referencesOptions,
  accepts: ['references', 'reference', 'list', 'string'],
  produces: 'relationship',
  handlesEmpty: true,
  apply(value, options, context) {
    const object = objectOf(context, options.object);
    const others = objectsOf(context.field ?? {}).filter((name) => name !== object);
    const items = value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
    const ids = new Set(
      items.map((item) => textOf(item)?.trim()).filter((id) => id !== undefined && id !== ''),
    );
    const kept: RecordRef[] = [];
    const warnings: MappingIssue[] = [];
    for (const sourceId of ids) {
      if (sourceId === undefined) continue;
      const ref: RecordRef = { ref: object, sourceId, ...(others.length === 0 ? {} : { or: others }) };
      const { exists } = context;
      if (exists === undefined || exists(ref)) kept.push(ref);
      // Of several rules over one field, the first object's speaks for all of them.
      else if (
        (others.length === 0 || context.field?.object === object) &&
        !others.some((name) => exists({ ref: name, sourceId }))
      )
        warnings.push(missing(context, sourceId, object));
    }
    return { value: options.cardinality === 'one' ? kept.slice(0, 1) : kept, warnings };
  },
});

/** The company of a person or ticket by the workspace's company rule, as one reference or a list of one. */
export const company = defineTransform({
  options: z.strictObject({ object: z.string(), as: z.enum(['reference', 'references']) }),
  accepts: 'none',
  produces: 'reference',
  handlesEmpty: true,
  apply(_value, options, context) {
    const key = companyOf(context.raw, context.companyRule);
    const none = options.as === 'references' ? [] : undefined;
    if (key === undefined) return { value: none };
    const outcome = resolve({ ...context, required: false }, { ref: options.object, sourceId: key.slug });
    if (!('value' in outcome) || outcome.value === undefined) return { ...outcome, value: none };
    return { value: options.as === 'references' ? [outcome.value] : outcome.value };
  },
});

/**
 * Tag names. Tickets refer to tags by id, name or object (Infraon reference, tags): joined tag rows turn ids into names;
 * an id that nothing explains is left out, since a tag called `1648…` helps nobody.
 */
export const tags = defineTransform({
  options: z.strictObject({
    /** Path to joined tag rows `{tag_id, name}`. */
    names: z.string().optional(),
    prefix: z.string().max(20).default(''),
    /** For destinations without tags: the names as one text, with this between them. */
    join: z.string().max(10).optional(),
  }),
  accepts: ['list', 'string', 'enum', 'references'],
  produces: 'list',
  handlesEmpty: true,
  apply(value, options, context) {
    const items = value === undefined ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
    const rows = options.names === undefined ? [] : readPath(context.raw, options.names);
    const names = new Map<string, string>();
    for (const row of Array.isArray(rows) ? (rows as unknown[]) : [rows]) {
      if (!isObject(row)) continue;
      const id = textOf(row.tag_id ?? row.id);
      const name = textOf(row.name);
      if (id !== undefined && name !== undefined) names.set(id, name);
    }
    const tags = new Map<string, string>();
    const warnings: MappingIssue[] = [];
    for (const item of items) {
      const word = textOf(item)?.replace(/\s+/g, ' ').trim();
      if (word === undefined || word === '') continue;
      const name = names.get(word) ?? (/^\d{10,}$/.test(word) ? undefined : word);
      if (name === undefined) {
        warnings.push(
          issueOf(context, 'parent_missing', word, `The tag ${word} has no name and was left out.`),
        );
      } else if (!tags.has(name.toLowerCase())) {
        tags.set(name.toLowerCase(), options.prefix + name);
      }
    }
    const all = [...tags.values()];
    if (options.join === undefined) return { value: all, warnings };
    return { value: all.length === 0 ? undefined : all.join(options.join), warnings };
  },
});
