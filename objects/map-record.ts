import type { FieldDefinition, ObjectDefinition, RuleDefinition } from './define-object.ts';
import type { MappingIssue, MappingRule } from './mapping.ts';
import { buildPayload } from './build-payload.ts';
import { isObject, type Raw } from './paths.ts';
import type { Payload } from './payloads.ts';
import { applyFixes, readFields, readSource } from './read-fields.ts';
import { textOf } from './read-values.ts';
import { RESOURCES } from './resources.ts';
import { transformNamed } from './transforms.ts';
import { issueOf, type MapContext, type Outcome, type RecordContext } from './transforms/transform.ts';
import { normalEmail } from './transforms/people.ts';

export type { KnownPerson, MapContext } from './transforms/transform.ts';

/** Rules as stored and as written in a module; mapping needs no more of either. */
export type ApplicableRule =
  Pick<MappingRule, 'source' | 'target' | 'transform' | 'options'> | RuleDefinition;

export type MapResult =
  | { ok: true; payload: Payload; warnings: MappingIssue[]; uniqueKey: string | null }
  | { ok: false; issues: MappingIssue[] };

/** Key of a fix that allows one person to be loaded without an address. */
const ALLOW_WITHOUT_EMAIL = 'allow_without_email';

function requiredFieldIssues(definition: ObjectDefinition, values: Record<string, unknown>): MappingIssue[] {
  return definition.fields
    .filter((field) => field.required === true && values[field.key] === undefined)
    .map((field) =>
      issueOf({ source: field.key, field }, 'required_value_missing', null, `${field.label} is missing.`, {
        suggestion: `Supply ${field.label.toLowerCase()}.`,
      }),
    );
}

/** Where extraction notes the lists that belong to a record but could not be read, with the reason. */
export const UNREAD = '$unread';

function unreadIssues(raw: Raw): MappingIssue[] {
  const unread = raw[UNREAD];
  if (!isObject(unread)) return [];
  return Object.entries(unread).map(([child, reason]): MappingIssue => {
    const message = `The ${child.replaceAll('_', ' ')} could not be read from Infraon: ${textOf(reason) ?? 'unknown reason'}`;
    return { code: 'source_unreadable', field: child, value: null, message, suggestion: null };
  });
}

function uniqueKeyOf(definition: ObjectDefinition, values: Record<string, unknown>): string | null {
  const field = definition.identity.unique?.field;
  const value = field === undefined ? undefined : textOf(values[field])?.trim();
  /** Masked values of different people look alike. */
  if (value === undefined || value === '' || value.includes('*')) return null;
  return value.includes('@') ? normalEmail(value) : value.toLowerCase();
}

const fieldsByDefinition = new WeakMap<ObjectDefinition, Map<string, FieldDefinition>>();

/** Definitions are frozen data, so that their index can be kept for as long as they live. */
function fieldNamed(definition: ObjectDefinition, key: string): FieldDefinition | undefined {
  let fields = fieldsByDefinition.get(definition);
  if (fields === undefined) {
    fields = new Map(definition.fields.map((field) => [field.key, field]));
    fieldsByDefinition.set(definition, fields);
  }
  return fields.get(key);
}

type RecordScope = Omit<RecordContext, 'source' | 'field' | 'required'>;

function applyInScope(rule: ApplicableRule, record: RecordScope): Outcome {
  const { definition, values, raw, timezone } = record;
  const scope: RecordContext = {
    ...record,
    source: rule.source,
    field: fieldNamed(definition, rule.source),
    required: RESOURCES[definition.destination.resource].standard[rule.target]?.required === true,
  };
  const transform = transformNamed(rule.transform);
  if (transform === undefined) {
    const message = `The map names an unknown transform, ${rule.transform}.`;
    return { issue: issueOf(scope, 'value_not_allowed', null, message) };
  }
  const value = rule.source === '' ? undefined : readSource(raw, rule.source, values, timezone);
  return transform.apply(value, rule.options ?? {}, scope);
}

/** One rule applied to one record; also what samples of a map are computed with. */
export function applyRule(
  rule: ApplicableRule,
  values: Record<string, unknown>,
  raw: Raw,
  definition: ObjectDefinition,
  context: MapContext,
  fixes: Record<string, unknown> = {},
): Outcome {
  return applyInScope(rule, recordScope(values, raw, definition, context, fixes));
}

function recordScope(
  values: Record<string, unknown>,
  raw: Raw,
  definition: ObjectDefinition,
  context: MapContext,
  fixes: Record<string, unknown>,
): RecordScope {
  const allowedWithoutEmail =
    fixes[ALLOW_WITHOUT_EMAIL] === true || context.allowWithoutEmail?.has(textOf(values.id) ?? '') === true;
  return { ...context, raw, values, definition, allowedWithoutEmail };
}

/**
 * A raw record and the rules of its map become a payload, or the list of everything that stands in the way. Pure, and
 * total over data: whatever a tenant stores, the answer is one of the two.
 * @param fixes values that people supplied, by source field; they override what was read.
 */
export function mapRecord(
  raw: Raw,
  definition: ObjectDefinition,
  rules: readonly ApplicableRule[],
  context: MapContext,
  fixes: Record<string, unknown> = {},
): MapResult {
  const record = isObject(raw) ? raw : {};
  const read = readFields(record, definition, context);
  const values = applyFixes(read, fixes, definition, context.timezone);
  const issues = requiredFieldIssues(definition, values);
  const warnings: MappingIssue[] = [];
  const targets: Record<string, unknown> = {};
  const scope = recordScope(values, record, definition, context, fixes);
  for (const rule of rules) {
    const outcome = applyInScope(rule, scope);
    if ('issue' in outcome) {
      if (!issues.some((issue) => issue.field === outcome.issue.field && issue.code === outcome.issue.code)) {
        issues.push(outcome.issue);
      }
      continue;
    }
    warnings.push(...(outcome.warnings ?? []));
    targets[rule.target] = outcome.value;
  }
  if (issues.length > 0) return { ok: false, issues };
  warnings.push(...unreadIssues(record));
  const built = buildPayload(definition, values, targets);
  if ('issues' in built) return { ok: false, issues: built.issues };
  return {
    ok: true,
    payload: built.payload,
    warnings: [...warnings, ...built.warnings],
    uniqueKey: uniqueKeyOf(definition, values),
  };
}
