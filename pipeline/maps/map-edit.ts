import { randomUUID } from 'node:crypto';
import { UserError } from '../../errors.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { InventoryField, MappingRule, UnmappedField } from '../../objects/mapping.ts';
import { CUSTOM_TARGET } from '../../objects/mapping.ts';
import { chooseAttribute } from '../../objects/propose-attribute.ts';
import { RESOURCES } from '../../objects/resources.ts';
import { TRANSFORMS } from '../../objects/transforms.ts';
import { validateMap } from '../../objects/validate-map.ts';
import type { RuleInput } from './map-document.ts';

/** Transforms to try for a standard attribute that a rule fills without naming one, plainest first. */
const PREFERRED = [
  'string',
  'text',
  'unixSeconds',
  'integer',
  'email',
  'optional_email',
  'phone',
  'tags',
  'reference',
];

function refused(rule: string, message: string): UserError {
  return new UserError(message, { code: 'rule_invalid', field: rule, httpStatus: 422 });
}

interface Choice {
  transform: string;
  options: Record<string, unknown>;
}

/** Custom attributes get what a proposal would give them; standard ones the first transform that fits source and target. */
function choiceFor(
  definition: ObjectDefinition,
  rule: Pick<MappingRule, 'source' | 'target'>,
  inventory: readonly InventoryField[],
): Choice {
  const field = definition.fields.find(({ key }) => key === rule.source);
  const discovered = inventory.find(({ key }) => key === rule.source) ?? (field && undiscovered(field));
  if (discovered !== undefined && rule.target.startsWith(CUSTOM_TARGET)) {
    const { model } = RESOURCES[definition.destination.resource].attributes;
    const { transform, options } = chooseAttribute(discovered, model);
    return { transform, options };
  }
  const others = Object.entries(TRANSFORMS).filter(
    ([, { accepts }]) => (accepts === 'none') === (rule.source === ''),
  );
  const candidates = [...PREFERRED, ...others.map(([name]) => name)];
  const fitting = candidates.find((transform) => {
    const problems = validateMap(definition, [{ ...rule, id: 'rule', transform, options: {} }], inventory);
    return problems.every((problem) => problem.rule_id !== 'rule');
  });
  return { transform: fitting ?? 'string', options: {} };
}

function undiscovered(field: ObjectDefinition['fields'][number]): InventoryField {
  const { key, label, type } = field;
  return { key, label, type, custom: false, fill_rate: 0, options: [], samples: [] };
}

function ruleFrom(
  input: RuleInput,
  before: MappingRule | undefined,
  definition: ObjectDefinition,
  inventory: readonly InventoryField[],
  editor: string,
): MappingRule {
  // A rule that only renames its attribute keeps what it does with the value.
  const isCustom = (target: string) => target.startsWith(CUSTOM_TARGET);
  const keeps =
    before?.source === input.source &&
    (before.target === input.target || (isCustom(before.target) && isCustom(input.target)));
  const chosen = keeps ? before : choiceFor(definition, input, inventory);
  const transform = input.transform ?? chosen.transform;
  const fallback = before?.transform === transform ? before.options : {};
  return {
    id: before?.id ?? randomUUID(),
    source: input.source,
    target: input.target,
    transform,
    options: input.options ?? (chosen.transform === transform ? chosen.options : fallback),
    confidence: 1,
    reasons: [`Set by ${editor}.`],
    samples: [],
  };
}

export interface EditedMap {
  rules: MappingRule[];
  unmapped: UnmappedField[];
  /** Ids of the rules that are new or changed, whose samples have to be computed. */
  changed: Set<string>;
}

/**
 * Rules given by id replace theirs, others are added; a rule given by id with an empty target is taken away and its
 * source is listed as unmapped. Throws `UserError` 422 `rule_invalid` whose `field` is the id of the first wrong rule.
 */
export function applyEdits(
  definition: ObjectDefinition,
  before: { rules: MappingRule[]; unmapped: UnmappedField[] },
  edits: readonly RuleInput[],
  inventory: readonly InventoryField[],
  editor: string,
): EditedMap {
  const rules = new Map(before.rules.map((rule) => [rule.id, rule]));
  const changed = new Set<string>();
  for (const edit of edits) {
    const known = edit.id === undefined ? undefined : rules.get(edit.id);
    if (edit.id !== undefined && known === undefined) {
      throw refused(edit.id, `There is no rule ${edit.id} in this map.`);
    }
    if (edit.target === '') {
      if (known === undefined) throw refused(edit.source, `The rule for "${edit.source}" names no target.`);
      rules.delete(known.id);
      continue;
    }
    const rule = ruleFrom(edit, known, definition, inventory, editor);
    rules.set(rule.id, rule);
    changed.add(rule.id);
  }
  const edited = [...rules.values()];
  const problems = validateMap(definition, edited, inventory);
  const [first] = problems;
  if (first !== undefined) {
    throw refused(first.rule_id, problems.map((problem) => named(problem, edited)).join(' '));
  }
  return { rules: edited, unmapped: unmappedAfter(before, edited, editor), changed };
}

function named(problem: { rule_id: string; message: string }, rules: readonly MappingRule[]): string {
  const rule = rules.find((candidate) => candidate.id === problem.rule_id);
  return rule === undefined
    ? problem.message
    : `Rule ${rule.source || '(none)'} → ${rule.target}: ${problem.message}`;
}

/** Every source that had a rule or a reason before has one afterwards too. */
function unmappedAfter(
  before: { rules: MappingRule[]; unmapped: UnmappedField[] },
  rules: readonly MappingRule[],
  editor: string,
): UnmappedField[] {
  const mapped = new Set(rules.map((rule) => rule.source));
  const kept = before.unmapped.filter((field) => !mapped.has(field.source));
  const listed = new Set(kept.map((field) => field.source));
  const left = new Set(before.rules.map((rule) => rule.source));
  for (const source of left) {
    if (source === '' || mapped.has(source) || listed.has(source)) continue;
    kept.push({ source, reason: `Left out by ${editor}.`, goes_to: 'nowhere' });
  }
  return kept;
}
