import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import type { Registry } from '../../objects/registry.ts';
import { reverseSources } from '../map/reverse-links.ts';
import type { FrozenRun } from './frozen-run.ts';

/**
 * Whether records of an object are loaded while others of it are still being read. Not where they must be compared with
 * all others first (of several with one address the first one keeps it), nor where they name each other, which has an
 * order that writes fewest of them twice. A delta is complete when all changes are known, a sample when all parents are.
 */
export function mayLoadWhileStaged(
  { name, identity, fields, mapping }: ObjectDefinition,
  run: FrozenRun,
): boolean {
  if (run.kind !== 'full' || identity.unique !== undefined) return false;
  const namesItself =
    fields.some((field) => field.object === name) || mapping.some((rule) => rule.options?.object === name);
  return !namesItself;
}

/**
 * Objects that are loaded before this one, but only after all of it was read: a problem's links are complete when every
 * incident is known. Records that name none of theirs need not wait so long, and most do not: those that do are held
 * back until these objects are through (map.ts, advance.ts), so that no link costs a write more.
 */
export function lateParents(registry: Registry, run: FrozenRun, definition: ObjectDefinition): string[] {
  if (!mayLoadWhileStaged(definition, run)) return [];
  const isLate = (parent: string): boolean => {
    if (!run.objects.includes(parent)) return false;
    const { dependsOn } = registry.get(parent);
    return reverseSources(registry.get(parent)).includes(definition.name) || dependsOn.some(isLate);
  };
  return definition.dependsOn.filter(isLate);
}

/** Whether one of the references is to an object that is loaded late. */
export function namesLateParent(refs: readonly RecordRef[], late: readonly string[]): boolean {
  return refs.some(({ ref, or }) => late.includes(ref) || or?.some((other) => late.includes(other)));
}
