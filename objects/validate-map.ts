import type { ObjectDefinition } from './define-object.ts';
import type { ApplicableRule } from './map-record.ts';
import type { InventoryField } from './mapping.ts';
import { CUSTOM_TARGET } from './mapping.ts';
import { CUSTOM_PREFIX, RAW_PREFIX } from './read-fields.ts';
import { RESOURCES, type ResourceDescription, type StandardAttribute } from './resources.ts';
import { transformNamed } from './transforms.ts';
import type { Produced, Transform } from './transforms/transform.ts';

export interface MapProblem {
  rule_id: string;
  message: string;
}

/** Intercom API 2.16 refuses other characters in attribute names; `.` and `$` never pass. */
export const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_ -]*$/;

/** What a standard attribute takes from a transform, beyond its own type. */
const FITS: Record<StandardAttribute['type'], readonly Produced[]> = {
  string: ['string', 'text', 'list', 'email', 'phone'],
  text: ['text', 'string'],
  unixSeconds: ['unixSeconds', 'datetime'],
  email: ['email'],
  phone: ['phone'],
  integer: ['integer'],
  reference: ['reference'],
  references: ['relationship', 'reference'],
  list: ['list'],
  thread: ['thread'],
  files: ['files'],
  state: ['state'],
  article_body: ['article_body'],
  collection: ['collection'],
  publication: ['publication'],
};

/** Produced by transforms, but no custom attribute can hold it. */
const NOT_AN_ATTRIBUTE: readonly Produced[] = [
  'thread',
  'files',
  'state',
  'article_body',
  'collection',
  'publication',
  'reference',
  'references',
];

function sourceProblem(
  rule: ApplicableRule,
  transform: Transform,
  definition: ObjectDefinition,
  inventory: readonly InventoryField[],
): string | undefined {
  if (transform.accepts === 'none' || rule.source === '') {
    if (transform.accepts === 'none' || transform.accepts === 'any') return undefined;
    return 'The rule names no source field.';
  }
  const field = definition.fields.find((candidate) => candidate.key === rule.source);
  const discovered = inventory.find((candidate) => candidate.key === rule.source);
  const open = rule.source.startsWith(CUSTOM_PREFIX) || rule.source.startsWith(RAW_PREFIX);
  if (field === undefined && discovered === undefined) {
    const reason = open ? 'was not found in Infraon' : 'is not a field of this object';
    return `The source "${rule.source}" ${reason}.`;
  }
  const type = field?.type ?? discovered?.type ?? 'string';
  if (transform.accepts === 'any' || (transform.accepts as readonly string[]).includes(type))
    return undefined;
  return `The transform "${rule.transform}" does not take a field of type ${type}.`;
}

function targetProblem(
  rule: ApplicableRule,
  transform: Transform,
  resource: ResourceDescription,
): string | undefined {
  if (rule.target.startsWith(CUSTOM_TARGET)) {
    const name = rule.target.slice(CUSTOM_TARGET.length);
    if (!ATTRIBUTE_NAME.test(name)) {
      return `"${name}" cannot be an attribute name: begin with a letter; letters, digits, spaces, hyphens and underscores may follow.`;
    }
    if (NOT_AN_ATTRIBUTE.includes(transform.produces)) {
      return `The transform "${rule.transform}" makes nothing that an attribute can hold.`;
    }
    const { model } = resource.attributes;
    if (model === 'article') return 'Articles of Intercom have no custom attributes.';
    if (model !== 'contact' && model !== 'company') return undefined;
    if (transform.produces === 'relationship')
      return `A ${model} attribute that refers to objects can only be made in Intercom's settings.`;
    return transform.produces === 'text'
      ? `Text on a ${model} is limited to 255 characters: use "truncate".`
      : undefined;
  }
  const standard = Object.hasOwn(resource.standard, rule.target) ? resource.standard[rule.target] : undefined;
  if (standard === undefined) return `Intercom has no "${rule.target}" here.`;
  if (rule.transform === 'constant' || FITS[standard.type].includes(transform.produces)) return undefined;
  return `"${rule.target}" cannot take what "${rule.transform}" makes.`;
}

function optionsProblem(rule: ApplicableRule, transform: Transform): string | undefined {
  const parsed = transform.options.safeParse(rule.options ?? {});
  if (parsed.success) return undefined;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  return `The options are not valid${where === '' ? '' : ` (${where})`}: ${issue?.message ?? 'unknown reason'}.`;
}

/** Attributes that identity fills in, so that no rule has to. */
export const GIVEN_BY_IDENTITY: ReadonlySet<string> = new Set(['external_id', 'company_id', 'marker']);

function unmappedRequired(resource: ResourceDescription, rules: readonly ApplicableRule[]): string[] {
  return Object.entries(resource.standard)
    .filter(([name, standard]) => standard.required === true && !GIVEN_BY_IDENTITY.has(name))
    .filter(([name]) => !rules.some((rule) => rule.target === name))
    .map(([name]) => name);
}

/**
 * Everything that is wrong with a map before any record meets it. A problem of the map as a whole has an empty
 * `rule_id`; a rule without an id is named by its target.
 */
export function validateMap(
  definition: ObjectDefinition,
  rules: readonly (ApplicableRule & { id?: string })[],
  inventory: readonly InventoryField[] = [],
): MapProblem[] {
  const resource = RESOURCES[definition.destination.resource];
  const problems: MapProblem[] = [];
  const taken = new Map<string, string>();
  for (const rule of rules) {
    const rule_id = rule.id ?? rule.target;
    const transform = transformNamed(rule.transform);
    if (transform === undefined) {
      problems.push({ rule_id, message: `There is no transform "${rule.transform}".` });
      continue;
    }
    const found = [
      sourceProblem(rule, transform, definition, inventory),
      targetProblem(rule, transform, resource),
      optionsProblem(rule, transform),
    ];
    for (const message of found) if (message !== undefined) problems.push({ rule_id, message });
    const target = rule.target.toLowerCase();
    const other = taken.get(target);
    if (other !== undefined) {
      problems.push({ rule_id, message: `"${rule.target}" is already filled by another rule (${other}).` });
    }
    taken.set(target, rule_id);
    if (GIVEN_BY_IDENTITY.has(rule.target)) {
      problems.push({ rule_id, message: `"${rule.target}" is given by the record's identity.` });
    }
  }
  for (const name of unmappedRequired(resource, rules)) {
    problems.push({ rule_id: '', message: `"${name}" needs a rule: Intercom requires it.` });
  }
  return problems;
}
