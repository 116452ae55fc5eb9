import type { InfraonClient } from '../../connectors/infraon/types.ts';
import type { CompanyRule } from '../../objects/company.ts';
import { objectsOf, type Derivation, type ObjectDefinition } from '../../objects/define-object.ts';
import { derivationNamed } from '../../objects/derive.ts';
import type { Raw } from '../../objects/paths.ts';
import type { Registry } from '../../objects/registry.ts';
import type { DiscoveredObject } from './discovery-document.ts';
import type { Shape } from './estimate.ts';
import type { QualityContext } from './quality.ts';

/** What one discovery shares between the objects that it reads one after another. */
export interface DiscoveryContext {
  client: InfraonClient;
  registry: Registry;
  timezone: string;
  defaultCountry: string;
  companyRule: CompanyRule;
  now: Date;
  /** Full records read per object. */
  sampleSize: number;
  /** Ids of the objects read so far that others refer to. */
  ids: Map<string, Set<string>>;
  /** What derived objects are made from, by their names. */
  derivations: Map<string, Derivation>;
  fieldPaths(sourceObject: string): Record<string, string[]>;
  signal: AbortSignal | undefined;
}

export interface ObjectReading {
  document: DiscoveredObject;
  /** Sampled raw records, for the samples of a proposed map. */
  samples: Raw[];
  shape: Shape;
  /** Records that a load would move. */
  movable: number;
  /** What could not be read although the rest was, as sentences. */
  problems: string[];
}

export function qualityContext(context: DiscoveryContext): QualityContext {
  return { ...context, idsOf: (object) => context.ids.get(object) };
}

/** Whether the ids of an object are needed to judge the links of others. */
export function isReferredTo(registry: Registry, name: string): boolean {
  return registry.all().some((other) => other.fields.some((field) => objectsOf(field).includes(name)));
}

/** The derivations that an object's records feed, by the names of the objects derived from it. */
export function openDerivations(
  definition: ObjectDefinition,
  context: DiscoveryContext,
): Map<string, Derivation> {
  const opened = new Map<string, Derivation>();
  for (const { name, source } of context.registry.all()) {
    if (source.kind !== 'derived' || source.from !== definition.name) continue;
    opened.set(name, derivationNamed(source.rule, context));
  }
  return opened;
}
