import type { Actor } from '../actors.ts';
import { CUSTOM_TARGET } from '../../objects/mapping.ts';
import { RESOURCES } from '../../objects/resources.ts';
import { TRANSFORMS } from '../../objects/transforms.ts';
import { GIVEN_BY_IDENTITY } from '../../objects/validate-map.ts';
import type { Deps } from '../deps.ts';
import { discoveryOf } from '../discovery/discover.ts';

/** What a form offers to whoever edits a rule; a map takes more than this, and says what it does not take. */
export interface MapChoices {
  sources: { key: string; label: string }[];
  /** Intercom's own attributes; the prefix stands for one of ours. */
  targets: string[];
  transforms: string[];
}

export async function mapChoices(deps: Deps, actor: Actor, object: string): Promise<MapChoices> {
  const definition = deps.registry.find(object);
  if (definition === undefined) return { sources: [], targets: [], transforms: [] };
  const { objects } = await discoveryOf(deps, actor.workspaceId);
  const found = objects.find((one) => one.object === object)?.fields ?? [];
  const labels = new Map([...definition.fields, ...found].map(({ key, label }) => [key, label]));
  const { standard, attributes } = RESOURCES[definition.destination.resource];
  const own = Object.keys(standard).filter((name) => !GIVEN_BY_IDENTITY.has(name));
  return {
    sources: [...labels].map(([key, label]) => ({ key, label })),
    targets: attributes.model === 'article' ? own : [...own, CUSTOM_TARGET],
    transforms: Object.keys(TRANSFORMS),
  };
}
