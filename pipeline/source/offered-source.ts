import type { InfraonProfile } from '../../connectors/infraon/profile.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';

/**
 * The definition as this connection can serve it: an object that is derived where Infraon has no list of it is read
 * from the list wherever the connection's profile describes one.
 */
export function asOffered(definition: ObjectDefinition, profile: InfraonProfile): ObjectDefinition {
  const { source } = definition;
  const key = source.kind === 'derived' ? source.unlessListed : undefined;
  if (key === undefined || profile.objects[key]?.enabled !== true) return definition;
  return { ...definition, source: { kind: 'endpoint', object: key } };
}
