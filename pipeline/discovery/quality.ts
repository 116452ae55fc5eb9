import { companyOf, type CompanyRule } from '../../objects/company.ts';
import { objectsOf, type FieldDefinition, type ObjectDefinition } from '../../objects/define-object.ts';
import { maskPersonal } from '../../objects/mask.ts';
import type { Raw } from '../../objects/paths.ts';
import type { FileRef } from '../../objects/payloads.ts';
import { textOf } from '../../objects/read-values.ts';
import { RESOURCES } from '../../objects/resources.ts';
import type { Registry } from '../../objects/registry.ts';
import { transformNamed } from '../../objects/transforms.ts';
import { normalEmail } from '../../objects/transforms/people.ts';
import { LARGEST_FILE_BYTES } from '../load/conversations/thread-limits.ts';
import type { DiscoveredObject } from './discovery-document.ts';
import { articleFindings } from './quality-articles.ts';

const MAX_EXAMPLES = 5;
/** A conversation returns at most its 500 newest parts (Intercom API 2.16, GET /conversations/{id}). */
const MAX_PARTS = 500;

export type QualityFinding = DiscoveredObject['quality'][number];

export interface RecordKey {
  sourceId: string;
  displayId: string | null;
}

export interface QualityCheck {
  /** @param values the record's fields as `readFields` gives them. */
  add(raw: Raw, values: Record<string, unknown>, key: RecordKey): void;
  /** @param carried whether this reading of the records (rows or full records) carries the field at all. */
  findings(carried: (field: string | null) => boolean): QualityFinding[];
}

export interface QualityContext {
  registry: Registry;
  companyRule: CompanyRule;
  defaultCountry: string;
  timezone: string;
  now: Date;
  /** Ids of objects that were read before; links to objects that were not read are not judged. */
  idsOf(object: string): ReadonlySet<string> | undefined;
}

interface Tally {
  field: string | null;
  count: number;
  examples: QualityFinding['examples'];
}

/** Looks for what will be rejected, left out or asked about, without keeping records. */
export function createQualityCheck(definition: ObjectDefinition, context: QualityContext): QualityCheck {
  const tallies = new Map<string, Tally>();
  const firstOwners = new Map<string, RecordKey>();
  const ownIds = new Set<string>();
  /** Links to this object itself can only be judged when all of it has been read. */
  const selfLinks = new Map<string, { field: string; count: number; key: RecordKey }>();
  const unique = definition.identity.unique;
  const { standard } = RESOURCES[definition.destination.resource];
  /** References without which Intercom takes no record (a conversation needs a contact). */
  const neededParents = new Set(
    definition.mapping
      .filter((rule) => rule.transform === 'reference' && standard[rule.target]?.required === true)
      .map((rule) => rule.source),
  );
  const derivesCompanies = context.registry
    .all()
    .some((other) => other.source.kind === 'derived' && other.source.from === definition.name);

  function report(code: string, field: string | null, key: RecordKey, value: unknown, times = 1): void {
    const tally = tallies.get(`${code} ${field ?? ''}`) ?? { field, count: 0, examples: [] };
    tally.count += times;
    if (tally.examples.length < MAX_EXAMPLES) {
      tally.examples.push({ source_id: key.sourceId, display_id: key.displayId, value: value ?? null });
    }
    tallies.set(`${code} ${field ?? ''}`, tally);
  }

  function checkUnique(field: string, code: string, value: unknown, key: RecordKey): void {
    const text = textOf(value)?.trim();
    if (text === undefined || text === '' || text.includes('*')) return;
    const normal = text.includes('@') ? normalEmail(text) : text.toLowerCase();
    if (firstOwners.has(normal)) report(code, field, key, maskPersonal(text));
    else firstOwners.set(normal, key);
  }

  function checkEmail(field: FieldDefinition, value: unknown, key: RecordKey): void {
    const text = textOf(value)?.trim() ?? '';
    if (text === '') report('missing_email', field.key, key, null);
    else if (text.includes('*')) report('masked_email', field.key, key, text);
    else if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(normalEmail(text)))
      report('invalid_email', field.key, key, maskPersonal(text));
  }

  function checkPhone(
    field: FieldDefinition,
    values: Record<string, unknown>,
    raw: Raw,
    key: RecordKey,
  ): void {
    const outcome = transformNamed('phone')?.apply(
      values[field.key],
      {},
      {
        timezone: context.timezone,
        now: context.now,
        companyRule: context.companyRule,
        ...(context.defaultCountry === '' ? {} : { defaultCountry: context.defaultCountry }),
        raw,
        values,
        definition,
        field,
        source: field.key,
        required: false,
        allowedWithoutEmail: false,
      },
    );
    if (outcome !== undefined && 'value' in outcome && outcome.value === undefined) {
      if ((outcome.warnings ?? []).length > 0)
        report('invalid_phone', field.key, key, maskPersonal(values[field.key]));
    }
  }

  function checkLinks(field: FieldDefinition, value: unknown, key: RecordKey): void {
    const objects = objectsOf(field);
    const [object] = objects;
    if (object === undefined) return;
    const known = objects.map((name) => (name === definition.name ? ownIds : context.idsOf(name)));
    if (known.includes(undefined)) return;
    for (const id of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof id !== 'string') continue;
      if (known.some((ids) => ids?.has(id) === true)) continue;
      if (objects.includes(definition.name)) {
        const link = selfLinks.get(id);
        if (link === undefined) selfLinks.set(id, { field: field.key, count: 1, key });
        else link.count += 1;
      } else {
        report('orphan_link', field.key, key, { object, id });
      }
    }
  }

  function checkFiles(field: FieldDefinition, value: unknown, key: RecordKey): void {
    for (const { name, size, path } of value as FileRef[]) {
      if (size !== null && size > LARGEST_FILE_BYTES) report('attachment_too_large', field.key, key, name);
      if (size === 0 || path === null) report('attachment_unavailable', field.key, key, name);
    }
  }

  function checkField(
    field: FieldDefinition,
    raw: Raw,
    values: Record<string, unknown>,
    key: RecordKey,
  ): void {
    const value = values[field.key];
    if (unique?.field === field.key) {
      if (field.type === 'email') checkEmail(field, value, key);
      checkUnique(field.key, unique.code, value, key);
    }
    if (field.required === true && value === undefined && field.key !== 'id') {
      report('required_value_missing', field.key, key, null);
    }
    if (value === undefined) {
      if (neededParents.has(field.key)) report('parent_missing', field.key, key, null);
      return;
    }
    if (field.type === 'phone') checkPhone(field, values, raw, key);
    if (field.type === 'reference' || field.type === 'references') checkLinks(field, value, key);
    if (field.type === 'thread' && 'parts' in standard && Array.isArray(value) && value.length > MAX_PARTS) {
      report('thread_over_500', field.key, key, value.length);
    }
    if (field.type === 'files' && 'files' in standard) checkFiles(field, value, key);
  }

  return {
    add(raw, values, key) {
      ownIds.add(key.sourceId);
      selfLinks.delete(key.sourceId);
      for (const field of definition.fields) checkField(field, raw, values, key);
      for (const finding of articleFindings(definition, values, raw, context))
        report(finding.code, finding.field, key, finding.value);
      if (derivesCompanies && context.companyRule !== 'none') {
        if (companyOf(raw, context.companyRule) === undefined) report('no_company', null, key, null);
      }
    },
    findings(carried) {
      for (const [id, link] of selfLinks) {
        report('orphan_link', link.field, link.key, { object: definition.name, id }, link.count);
      }
      selfLinks.clear();
      return [...tallies]
        .filter(([, tally]) => carried(tally.field))
        .map(([name, tally]) => ({
          code: name.split(' ')[0] ?? name,
          count: tally.count,
          examples: tally.examples,
        }));
    },
  };
}

/**
 * Findings of both readings: rows speak for every field they carry, since they are complete; sampled full records for
 * the rest. Findings of one code over several fields are added up.
 */
export function mergeFindings(lists: QualityFinding[][]): QualityFinding[] {
  const merged = new Map<string, QualityFinding>();
  for (const finding of lists.flat()) {
    const known = merged.get(finding.code);
    if (known === undefined) merged.set(finding.code, { ...finding });
    else {
      known.count += finding.count;
      known.examples = [...known.examples, ...finding.examples].slice(0, MAX_EXAMPLES);
    }
  }
  return [...merged.values()].sort((a, b) => b.count - a.count);
}
