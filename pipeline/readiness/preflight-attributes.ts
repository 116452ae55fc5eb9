import type { AttributeSpec } from '../../objects/attributes.ts';
import type { AttributeType } from '../../objects/resources.ts';
import type { IntercomFacts } from './preflight-facts.ts';

/** Custom attributes of contacts and companies together, per workspace (Intercom help, article 179). */
export const MAX_DATA_ATTRIBUTES = 250;

type Known = Extract<IntercomFacts, { ok: true }>;

/** Types under which Intercom reports an attribute that can take our values; dates are reported as `date` up to 2.16. */
const DATA_TYPES: Record<AttributeType, readonly string[]> = {
  string: ['string'],
  text: ['string'],
  integer: ['integer'],
  decimal: ['float', 'decimal'],
  boolean: ['boolean'],
  datetime: ['datetime', 'date'],
  list: ['options', 'list', 'string'],
  relationship: ['relationship', 'reference'],
};

/** How many contact and company attributes there are, and how many the maps add. */
export function attributeCount(
  intercom: Known,
  needed: readonly AttributeSpec[],
): { existing: number; missing: number } {
  const existing = new Set(
    intercom.dataAttributes
      .filter((attribute) => attribute.custom === true && attribute.archived !== true)
      .map((attribute) => `${attribute.of}:${attribute.name.toLowerCase()}`),
  );
  const missing = new Set(
    needed
      .filter(({ model }) => model === 'contact' || model === 'company')
      .map(({ model, name }) => `${model}:${name.toLowerCase()}`)
      .filter((name) => !existing.has(name)),
  );
  return { existing: existing.size, missing: missing.size };
}

/** Attributes that the maps need and that exist in a form they cannot use, as sentences. */
export function attributeConflicts(intercom: Known, needed: readonly AttributeSpec[]): string[] {
  const problems = new Set<string>();
  for (const spec of needed) {
    if (spec.model === 'conversation') {
      const same = intercom.conversationAttributes.filter(
        (attribute) => attribute.name === spec.name && attribute.archived !== true,
      );
      // With two active attributes of one name, Intercom refuses every update that names it (API 2.16, PUT /conversations/{id}).
      if (same.length > 1) problems.add(`There are two conversation attributes named "${spec.name}".`);
      const type = same[0]?.data_type;
      if (same.length === 1) checkType(problems, spec, type);
      continue;
    }
    if (spec.model === 'custom_object' || spec.model === 'document') continue;
    for (const attribute of intercom.dataAttributes) {
      if (attribute.name !== spec.name || attribute.custom !== true) continue;
      if (attribute.archived === true) {
        problems.add(`"${spec.name}" exists as an archived ${attribute.of} attribute.`);
      } else if (attribute.of !== spec.model) {
        problems.add(`"${spec.name}" is needed on a ${spec.model} and exists on the ${attribute.of}.`);
      } else checkType(problems, spec, attribute.data_type);
    }
  }
  return [...problems];
}

function checkType(problems: Set<string>, spec: AttributeSpec, type: string | null | undefined): void {
  if (type === null || type === undefined || DATA_TYPES[spec.type].includes(type)) return;
  problems.add(
    `The ${spec.model} attribute "${spec.name}" exists with the type ${type} and is needed as ${spec.type}.`,
  );
}
