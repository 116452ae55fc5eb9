import type { ObjectDefinition, RuleDefinition } from './define-object.ts';
import type { InventoryField, MappingRule, ObjectMap, UnmappedField } from './mapping.ts';
import { CUSTOM_TARGET } from './mapping.ts';
import { isObject, type Raw } from './paths.ts';
import { attributeName, chooseAttribute } from './propose-attribute.ts';
import { ruleSamples } from './propose-samples.ts';
import { CUSTOM_PREFIX, RAW_PREFIX, readFields } from './read-fields.ts';
import { RESOURCES } from './resources.ts';
import { likeness, type Likeness } from './similarity.ts';
import type { MapContext } from './transforms/transform.ts';
import { validateMap } from './validate-map.ts';

export type ProposeContext = MapContext & {
  /** Raw records to show what the rules make of them. */
  samples: readonly Raw[];
  /** Catalogue field → discovered field that somebody takes for the same thing; types still have to agree. */
  sameMeaning?: ReadonlyMap<string, string>;
};

/** Below this two names are not taken for the same thing. */
const SAME_MEANING = 0.8;
/** A suggestion ranks below every likeness of names, and among what the owner is asked to look at first. */
const SUGGESTED: Likeness = {
  score: SAME_MEANING - 0.1,
  reason: 'The mapping model takes the two fields for the same thing; please look.',
};

type DraftRule = Omit<MappingRule, 'samples'>;

/** Rule ids follow from the target, which is unique in a map, so that a proposal made twice is the same twice. */
function ruleId(target: string): string {
  return target
    .replace(CUSTOM_TARGET, 'attribute-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
}

/** Options of an enumeration: what the module knows, then what was found, without repeating a word in another case. */
function unionOf(known: readonly string[], found: readonly string[]): string[] {
  const words = new Map<string, string>();
  for (const word of [...known, ...found]) {
    const trimmed = word.replace(/\s+/g, ' ').trim();
    if (trimmed !== '' && !words.has(trimmed.toLowerCase())) words.set(trimmed.toLowerCase(), trimmed);
  }
  return [...words.values()];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** Found words as the rule's value map writes them, so that a mapped word does not become an option of its own. */
function mappedWords(map: unknown, found: readonly string[]): string[] {
  const words = new Map(
    Object.entries(isObject(map) ? map : {}).map(([from, to]) => [from.toLowerCase(), to] as const),
  );
  return found.map((word) => {
    const mapped = words.get(word.replace(/\s+/g, ' ').trim().toLowerCase());
    return typeof mapped === 'string' ? mapped : word;
  });
}

function moduleRule(rule: RuleDefinition, inventory: ReadonlyMap<string, InventoryField>): DraftRule {
  const found = inventory.get(rule.source);
  const reasons = [rule.reason ?? 'Part of the map that comes with the product.'];
  const options = { ...rule.options };
  if (rule.transform === 'enum') {
    const known = strings(options.allowed);
    const union = unionOf(known, mappedWords(options.map, found?.options ?? []));
    options.allowed = union.length < 2 ? known : union;
    if (union.length > known.length && union.length >= 2) {
      reasons.push(`${union.length - known.length} options were found in Infraon.`);
    }
  }
  const { source, target, transform } = rule;
  return { id: ruleId(target), source, target, transform, options, confidence: 1, reasons };
}

const IDENTITY_ATTRIBUTES = ['external_id', 'company_id', 'marker'];

/** Where a field goes that no rule moves by itself: into the identity, or into what another rule makes. */
function servesElsewhere(
  key: string,
  definition: ObjectDefinition,
  rules: readonly DraftRule[],
): UnmappedField | undefined {
  if (!definition.fields.some((field) => field.key === key)) return undefined;
  if (definition.identity.template.includes(`{${key}}`)) {
    const standard = Object.keys(RESOURCES[definition.destination.resource].standard);
    const goes_to = IDENTITY_ATTRIBUTES.find((name) => standard.includes(name)) ?? 'identity';
    return { source: key, reason: 'Part of the identity that the record is given.', goes_to };
  }
  const reader = rules.find((rule) => Object.values(rule.options).includes(key));
  if (reader === undefined) return undefined;
  return { source: key, reason: `The rule for "${reader.target}" reads it.`, goes_to: reader.target };
}

/** The entry of `leftBehind` that covers a field: itself, or anything below it in the record. */
function reasonLeftBehind(key: string, definition: ObjectDefinition): UnmappedField | undefined {
  const plain = key.replaceAll('[]', '');
  const entry = definition.leftBehind?.find(
    ({ source }) => plain === source || (source.startsWith(RAW_PREFIX) && plain.startsWith(`${source}.`)),
  );
  return entry === undefined ? undefined : { source: key, reason: entry.reason, goes_to: entry.goes_to };
}

function percent(rate: number): string {
  if (rate > 0 && rate < 0.01) return 'Less than 1 % of the records have a value.';
  return `${Math.round(rate * 100)} % of the records have a value.`;
}

/** Whether a rule would be valid with another source; types decide what a name may not. */
function takes(definition: ObjectDefinition, rule: DraftRule, field: InventoryField): boolean {
  const problems = validateMap(definition, [{ ...rule, source: field.key }], [field]);
  return problems.every((problem) => problem.rule_id !== rule.id);
}

/**
 * A discovered field that means what an empty catalogue field means takes over its rule: some tenants keep the subject
 * or the address in a field of their own.
 */
function takeOver(
  rule: DraftRule,
  definition: ObjectDefinition,
  inventory: ReadonlyMap<string, InventoryField>,
  candidates: readonly InventoryField[],
  suggested: string | undefined,
): { rule: DraftRule; from: InventoryField } | undefined {
  const field = definition.fields.find((candidate) => candidate.key === rule.source);
  const known = inventory.get(rule.source);
  if (field === undefined || known === undefined || known.fill_rate > 0) return undefined;
  let best: { candidate: InventoryField; like: Likeness } | undefined;
  for (const candidate of candidates) {
    if (!takes(definition, rule, candidate)) continue;
    const name = candidate.key.split('.').at(-1) ?? '';
    const likenesses = [likeness(candidate.label, field.label), likeness(name, field.key)].filter(
      (like) => like.score >= SAME_MEANING,
    );
    if (candidate.key === suggested) likenesses.push(SUGGESTED);
    for (const like of likenesses) if (like.score > (best?.like.score ?? 0)) best = { candidate, like };
  }
  if (best === undefined) return undefined;
  const reasons = [
    `No record has a value in "${field.label}".`,
    best.like.reason,
    percent(best.candidate.fill_rate),
  ];
  return {
    from: best.candidate,
    rule: { ...rule, source: best.candidate.key, confidence: best.like.score * 0.9, reasons },
  };
}

function discoveredRule(field: InventoryField, definition: ObjectDefinition, taken: Set<string>): DraftRule {
  const { model } = RESOURCES[definition.destination.resource].attributes;
  const choice = chooseAttribute(field, model);
  const name = attributeName(field, model, taken);
  taken.add(name.toLowerCase());
  const target = CUSTOM_TARGET + name;
  const origin = field.custom
    ? `Custom field of the tenant, "${field.label}".`
    : `Found in the records as "${field.label}".`;
  return {
    id: ruleId(target),
    source: field.key,
    target,
    transform: choice.transform,
    options: choice.options,
    confidence: field.custom ? choice.confidence : Math.max(0.5, choice.confidence - 0.15),
    reasons: [
      origin,
      'Nothing in Intercom has this meaning, so it becomes a custom attribute.',
      ...choice.reasons,
      percent(field.fill_rate),
    ],
  };
}

function withheld(field: InventoryField, definition: ObjectDefinition): UnmappedField | undefined {
  const isOpen = field.key.startsWith(CUSTOM_PREFIX) || field.key.startsWith(RAW_PREFIX);
  if (definition.discovered !== 'withhold' || !isOpen) return undefined;
  if (RESOURCES[definition.destination.resource].attributes.model === 'article') {
    return {
      source: field.key,
      reason: 'Articles of Intercom have no custom attributes.',
      goes_to: 'nowhere',
    };
  }
  return {
    source: field.key,
    reason: 'Profiles may hold sensitive personal data; only known fields are moved unless you add a rule.',
    goes_to: 'nowhere',
  };
}

/**
 * A first map for the owner to judge: the module's rules, then a custom attribute for every other field that has a
 * value. Deterministic, and total: each field of the inventory is the source of a rule or is listed as unmapped with the
 * reason.
 */
export function proposeMap(
  definition: ObjectDefinition,
  inventory: readonly InventoryField[],
  context: ProposeContext,
): ObjectMap {
  const byKey = new Map(inventory.map((field) => [field.key, field]));
  const known = new Set(definition.fields.map((field) => field.key));
  const open = inventory.filter(
    (field) =>
      !known.has(field.key) &&
      field.fill_rate > 0 &&
      reasonLeftBehind(field.key, definition) === undefined &&
      withheld(field, definition) === undefined,
  );
  const rules: DraftRule[] = [];
  const unmapped: UnmappedField[] = [];
  for (const declared of definition.mapping) {
    const rule = moduleRule(declared, byKey);
    const free = open.filter((field) => !rules.some((other) => other.source === field.key));
    const suggested = context.sameMeaning?.get(rule.source);
    rules.push(takeOver(rule, definition, byKey, free, suggested)?.rule ?? rule);
  }
  const taken = new Set(
    rules
      .filter((rule) => rule.target.startsWith(CUSTOM_TARGET))
      .map((rule) => rule.target.slice(CUSTOM_TARGET.length).toLowerCase()),
  );
  const sources = new Set(rules.map((rule) => rule.source));
  for (const field of inventory) {
    if (sources.has(field.key)) continue;
    const reason =
      reasonLeftBehind(field.key, definition) ??
      withheld(field, definition) ??
      servesElsewhere(field.key, definition, rules);
    if (reason !== undefined) unmapped.push(reason);
    else if (field.fill_rate <= 0 && field.samples.length === 0) {
      unmapped.push({ source: field.key, reason: 'No record has a value.', goes_to: 'nowhere' });
    } else rules.push(discoveredRule(field, definition, taken));
  }
  const readings = context.samples.map((raw) => ({ raw, values: readFields(raw, definition, context) }));
  return {
    rules: rules.map((rule) => ({
      ...rule,
      samples: ruleSamples(rule, definition, readings, byKey.get(rule.source), context),
    })),
    unmapped,
  };
}
