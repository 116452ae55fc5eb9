import { readdir } from 'node:fs/promises';
import { checkDefinitions } from './check-definitions.ts';
import type { ObjectDefinition } from './define-object.ts';
import { isObject } from './paths.ts';

export interface Registry {
  /** @throws Error for a name that no module has; ask `find` about names that came from outside. */
  get(name: string): ObjectDefinition;
  find(name: string): ObjectDefinition | undefined;
  /** In loading order: every object after those it depends on. */
  all(): readonly ObjectDefinition[];
  /** Objects that can load together once all earlier waves are done. */
  waves(): readonly (readonly ObjectDefinition[])[];
}

/** Orders definitions into waves; undefined when their dependencies go round in a circle. */
function orderIntoWaves(definitions: readonly ObjectDefinition[]): ObjectDefinition[][] | undefined {
  const waves: ObjectDefinition[][] = [];
  const done = new Set<string>();
  let open = [...definitions].sort((a, b) => (a.name < b.name ? -1 : 1));
  while (open.length > 0) {
    const ready = open.filter((definition) => definition.dependsOn.every((name) => done.has(name)));
    if (ready.length === 0) return undefined;
    for (const definition of ready) done.add(definition.name);
    open = open.filter((definition) => !ready.includes(definition));
    waves.push(ready);
  }
  return waves;
}

/**
 * A registry over given definitions.
 * @throws Error listing everything that is wrong with them; the process must not start with a map that cannot work.
 */
export function buildRegistry(definitions: readonly ObjectDefinition[]): Registry {
  const problems = checkDefinitions(definitions);
  const waves = problems.length > 0 ? undefined : orderIntoWaves(definitions);
  if (problems.length === 0 && waves === undefined) problems.push('the dependencies go round in a circle');
  if (waves === undefined) throw new Error(`The object modules are not valid:\n${problems.join('\n')}`);
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  return {
    get(name) {
      const definition = byName.get(name);
      if (definition === undefined) throw new Error(`There is no object "${name}".`);
      return definition;
    },
    find: (name) => byName.get(name),
    all: () => waves.flat(),
    waves: () => waves,
  };
}

const MODULES = new URL('./modules/', import.meta.url);

/** Finds `modules/*`, checks them and orders them. This is the one dynamic import of the product. */
export async function loadRegistry(): Promise<Registry> {
  const files = await readdir(MODULES);
  const definitions: ObjectDefinition[] = [];
  for (const file of files.filter((name) => /(?<!\.d)\.[jt]s$/.test(name)).sort()) {
    const module: unknown = await import(new URL(file, MODULES).href);
    if (!isObject(module) || !isObject(module.object)) throw new Error(`${file} exports no "object".`);
    definitions.push(module.object as unknown as ObjectDefinition);
  }
  return buildRegistry(definitions);
}
