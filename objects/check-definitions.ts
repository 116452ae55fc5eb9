import { attributesOf, referenceTypeOf } from './attributes.ts';
import { objectsOf, type ObjectDefinition } from './define-object.ts';
import { CUSTOM_TARGET } from './mapping.ts';
import { RESOURCES } from './resources.ts';
import { validateMap } from './validate-map.ts';

type Problems = string[];

function placeholders(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}

function checkFields(definition: ObjectDefinition, names: ReadonlySet<string>): Problems {
  const keys = definition.fields.map((field) => field.key);
  const known = new Set(keys);
  const problems = keys
    .filter((key, index) => keys.indexOf(key) !== index)
    .map((key) => `field "${key}" is declared twice`);
  const named: [string, string | undefined][] = [
    ['displayField', definition.displayField],
    ['identity.unique', definition.identity.unique?.field],
    ['person.name', definition.person?.name],
    ['variants', definition.variants],
  ];
  for (const key of placeholders(definition.identity.template)) named.push(['identity.template', key]);
  for (const key of definition.person?.ids ?? []) named.push(['person.ids', key]);
  for (const [where, key] of named) {
    if (key !== undefined && !known.has(key)) problems.push(`${where} names the unknown field "${key}"`);
  }
  if (!known.has('id')) problems.push('it has no field "id"');
  const listedBy = definition.identity.listedBy?.target;
  if (listedBy !== undefined && !definition.mapping.some((rule) => rule.target === listedBy))
    problems.push(`identity.listedBy names "${listedBy}", which no rule writes`);
  for (const field of definition.fields) {
    for (const object of objectsOf(field)) {
      if (!names.has(object)) problems.push(`field "${field.key}" refers to the unknown object "${object}"`);
    }
    if (
      ['thread', 'files'].includes(field.type) &&
      !definition.children?.some((child) => child.key === field.key)
    ) {
      problems.push(`${field.type} "${field.key}" has no child definition`);
    }
  }
  return problems;
}

function checkDependencies(definition: ObjectDefinition, names: ReadonlySet<string>): Problems {
  const problems = definition.dependsOn
    .filter((name) => !names.has(name))
    .map((name) => `it depends on the unknown object "${name}"`);
  if (definition.source.kind === 'derived' && !names.has(definition.source.from)) {
    problems.push(`it is derived from the unknown object "${definition.source.from}"`);
  }
  const later = definition.linksTo ?? [];
  for (const name of later) if (!names.has(name)) problems.push(`it links to the unknown object "${name}"`);
  const allowed = new Set([...definition.dependsOn, definition.name]);
  for (const rule of definition.mapping) {
    if (!['reference', 'references', 'company'].includes(rule.transform)) continue;
    const field = definition.fields.find((candidate) => candidate.key === rule.source);
    const object = rule.options?.object ?? field?.object;
    if (typeof object !== 'string') problems.push(`the rule for "${rule.target}" refers to no object`);
    else if (!allowed.has(object) && !(later.includes(object) && rule.target.startsWith(CUSTOM_TARGET))) {
      problems.push(
        `the rule for "${rule.target}" refers to "${object}", which is not among its dependencies`,
      );
    }
  }
  return problems;
}

function checkRelationships(definition: ObjectDefinition, all: readonly ObjectDefinition[]): Problems {
  const problems: Problems = [];
  for (const rule of definition.mapping) {
    if (rule.transform !== 'references' || !rule.target.startsWith(CUSTOM_TARGET)) continue;
    const field = definition.fields.find((candidate) => candidate.key === rule.source);
    const object = rule.options?.object ?? field?.object;
    const target = all.find((candidate) => candidate.name === object);
    const type = target === undefined ? undefined : referenceTypeOf(target);
    if (type === undefined || rule.options?.type !== type) {
      problems.push(
        `the rule for "${rule.target}" must name the type of the object it refers to (${type ?? 'none'})`,
      );
    }
  }
  return problems;
}

/** A link is read from its other end by an index that the other object must keep. */
function checkReverse(definition: ObjectDefinition, all: readonly ObjectDefinition[]): Problems {
  return definition.fields.flatMap(({ key, reverse }) => {
    if (reverse === undefined) return [];
    const other = all.find(({ name }) => name === reverse.object);
    const indexed = other?.fields.some((field) => field.key === reverse.field && field.indexed === true);
    return indexed === true
      ? []
      : [`field "${key}" reads ${reverse.object}.${reverse.field}, which is not indexed`];
  });
}

function checkDestination(definition: ObjectDefinition): Problems {
  const { resource, type, document } = definition.destination;
  const problems: Problems = [];
  if ((resource === 'custom_object_instances') !== (type !== undefined)) {
    problems.push('a custom object needs a type, and only a custom object has one');
  }
  if ((resource === 'documents') !== (document !== undefined)) {
    problems.push('a document needs a file, and only a document has one');
  }
  const { rollback } = RESOURCES[resource];
  const { created, updated } = definition.rollback;
  if (created !== 'keep' && !rollback.created.includes(created)) {
    problems.push(`its rollback cannot ${created} what was created in ${resource}`);
  }
  if (updated !== 'keep' && !rollback.updated.includes(updated)) {
    problems.push(`its rollback cannot ${updated} what was updated in ${resource}`);
  }
  return problems;
}

/** Contact and company attributes share one name space, and a name can have only one type (Intercom API 2.16). */
function checkAttributeNames(definitions: readonly ObjectDefinition[]): Problems {
  const problems: Problems = [];
  const seen = new Map<string, { model: string; type: string; object: string }>();
  for (const definition of definitions) {
    for (const { name, model, type } of attributesOf(definition, definition.mapping)) {
      const space = model === 'contact' || model === 'company' ? 'people' : model;
      const owner = model === 'custom_object' ? definition.name : space;
      const key = `${owner}/${name.toLowerCase()}`;
      const other = seen.get(key);
      if (other !== undefined && (other.model !== model || other.type !== type)) {
        problems.push(
          `${definition.name}: attribute "${name}" (${model}, ${type}) collides with ${other.object} (${other.model}, ${other.type})`,
        );
      }
      seen.set(key, { model, type, object: definition.name });
    }
  }
  return problems;
}

/** Everything about a set of definitions that would fail a run later, as sentences. */
export function checkDefinitions(definitions: readonly ObjectDefinition[]): Problems {
  const names = new Set(definitions.map((definition) => definition.name));
  const problems = definitions
    .map((definition) => definition.name)
    .filter((name, index, all) => all.indexOf(name) !== index)
    .map((name) => `${name}: two modules have this name`);
  for (const definition of definitions) {
    const own = [
      ...checkFields(definition, names),
      ...checkDependencies(definition, names),
      ...checkRelationships(definition, definitions),
      ...checkReverse(definition, definitions),
      ...checkDestination(definition),
      ...validateMap(definition, definition.mapping).map(({ rule_id, message }) =>
        rule_id === '' ? message : `rule for "${rule_id}": ${message}`,
      ),
    ];
    problems.push(...own.map((problem) => `${definition.name}: ${problem}`));
  }
  return [...problems, ...checkAttributeNames(definitions)];
}
