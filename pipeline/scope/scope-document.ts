import { defaultProfile, mergeProfile } from '../../connectors/infraon/profile.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { InventoryField } from '../../objects/mapping.ts';
import { CUSTOM_TARGET } from '../../objects/mapping.ts';
import { STRING_LIMIT } from '../../objects/transforms/text.ts';
import type { Deps } from '../deps.ts';
import type { DiscoveredObject, DiscoveryDocument } from '../discovery/discovery-document.ts';
import { findConnection, type SourceConnection } from '../source/infraon-access.ts';
import { newestMaps, type StoredMap } from '../maps/map-store.ts';
import { objectTypesOf, type ObjectTypeDocument } from '../prepare/object-types.ts';

export interface ScopeField {
  key: string;
  label: string;
  type: string;
  custom: boolean;
  fill_rate: number;
  /** Where it goes in Intercom, or why it does not. */
  goes_to: string;
  moved: boolean;
}

export interface ScopeObject {
  object: string;
  label: string;
  destination: string;
  count: number;
  map: {
    version: number;
    state: 'proposed' | 'approved';
    approved_by: string | null;
    approved_at: string | null;
  } | null;
  fields: ScopeField[];
  quality: {
    code: string;
    meaning: string;
    count: number;
    examples: DiscoveredObject['quality'][number]['examples'];
  }[];
  /** Rules whose result is not the whole value, in words. */
  lossy: string[];
}

/** The written migration scope: what is there, where each part goes, and what does not move. */
export interface ScopeDocument {
  workspace: string;
  source: string;
  discovered_at: string | null;
  objects: ScopeObject[];
  object_types: ObjectTypeDocument[];
  not_migrated: { what: string; why: string }[];
  estimate: { calls: number; seconds: number } | null;
  problems: string | null;
}

const MEANINGS: Record<string, string> = {
  missing_email: 'No e-mail address; set aside until one is supplied or the record is allowed without',
  masked_email: 'Address is masked for this account; no contact is made from it',
  invalid_email: 'Address cannot be read',
  duplicate_email: 'Address belongs to another record too',
  invalid_phone: 'Phone number is not valid; kept as text',
  orphan_link: 'Link to a record that is not part of the migration',
  parent_missing: 'A record that this one needs is missing; set aside',
  required_value_missing: 'A required value is missing; set aside',
  no_company: 'No company is named',
  thread_over_500:
    'Thread has more than 500 entries; its oldest become a transcript, since Intercom shows the newest 500',
  attachment_too_large: 'File is larger than can be sent; the conversation names it',
  attachment_unavailable: 'File is empty or has no address; the conversation names it',
  article_without_folder: 'Article lies in no folder; its collection is its category, or it has none',
  article_restricted: 'Only some people can read the article; it is never published',
  excluded_demo: "Vendor's demo data; left out",
  excluded_deleted: 'Deleted in Infraon; left out',
  source_unreadable: 'Could not be read',
};

const DESTINATIONS: Record<ObjectDefinition['destination']['resource'], string> = {
  contacts: 'Contact',
  companies: 'Company',
  conversations: 'Conversation',
  custom_object_instances: 'Custom object',
  articles: 'Help Center article',
  documents: 'Handoff document',
};

const NOT_MIGRATED: ScopeDocument['not_migrated'] = [
  {
    what: 'Workflows and automations',
    why: 'They are rebuilt in Intercom; an inventory is part of the handoff.',
  },
  { what: 'Running SLA timers', why: 'Timers restart; the SLA at import is kept as attributes.' },
  { what: 'Saved reports and dashboards', why: 'They are rebuilt in Intercom.' },
  { what: 'Fin content and behaviour', why: 'It is configured in Intercom.' },
  {
    what: 'Agent accounts and teams',
    why: 'Intercom lets nobody create them by API; technicians are matched to teammates by address.',
  },
];

function targetOf(definition: ObjectDefinition, target: string): string {
  const resource = DESTINATIONS[definition.destination.resource];
  return target.startsWith(CUSTOM_TARGET)
    ? `${resource} attribute "${target.slice(CUSTOM_TARGET.length)}"`
    : `${resource} ${target.replaceAll('_', ' ')}`;
}

function fieldOf(
  field: InventoryField,
  definition: ObjectDefinition,
  map: StoredMap | undefined,
): ScopeField {
  const targets = (map?.rules ?? [])
    .filter((rule) => rule.source === field.key)
    .map((rule) => targetOf(definition, rule.target));
  const left = map?.unmapped.find((entry) => entry.source === field.key);
  const serves = definition.identity.template.includes(`{${field.key}}`);
  const kept = left === undefined || left.goes_to === 'nowhere' ? '' : ` Kept in: ${left.goes_to}.`;
  const reason =
    left === undefined
      ? serves
        ? 'Identity of the record'
        : 'Used by other rules'
      : `${left.reason}${kept}`;
  return {
    key: field.key,
    label: field.label,
    type: field.type,
    custom: field.custom,
    fill_rate: field.fill_rate,
    goes_to: targets.length > 0 ? targets.join('; ') : reason,
    moved: targets.length > 0,
  };
}

function lossyOf(map: StoredMap | undefined): string[] {
  const cut = new Map<number, string[]>();
  const said: string[] = [];
  for (const rule of map?.rules ?? []) {
    const stated = rule.options.maxLength;
    const maxLength = stated ?? (rule.transform === 'truncate' ? STRING_LIMIT : undefined);
    if (typeof maxLength === 'number') cut.set(maxLength, [...(cut.get(maxLength) ?? []), rule.source]);
    else
      said.push(
        ...rule.reasons
          .filter((reason) => /^lossy/i.test(reason))
          .map((reason) => `${rule.source}: ${reason}`),
      );
  }
  const lengths = [...cut].map(
    ([length, sources]) => `Values longer than ${length} characters are cut: ${sources.join(', ')}.`,
  );
  return [...lengths, ...said];
}

function objectOf(
  definition: ObjectDefinition,
  found: DiscoveredObject,
  map: StoredMap | undefined,
): ScopeObject {
  const { type, document } = definition.destination;
  const resource = DESTINATIONS[definition.destination.resource];
  const destination = document === undefined ? resource : `${resource} (${document.file})`;
  return {
    object: definition.name,
    label: definition.plural,
    destination: type === undefined ? destination : `${destination} ${type.name} (${type.identifier})`,
    count: found.count,
    map:
      map === undefined
        ? null
        : {
            version: map.version,
            state: map.state,
            approved_by: map.approvedBy,
            approved_at: map.approvedAt?.toISOString() ?? null,
          },
    fields: found.fields.map((field) => fieldOf(field, definition, map)),
    quality: found.quality.map((finding) => ({
      code: finding.code,
      meaning: MEANINGS[finding.code] ?? finding.code.replaceAll('_', ' '),
      count: finding.count,
      examples: finding.examples,
    })),
    lossy: lossyOf(map),
  };
}

/** Lists that the tenant offers and no object of this product reads: named, so that nobody believes they move. */
function unreadLists(deps: Deps, connection: SourceConnection | undefined): ScopeDocument['not_migrated'] {
  if (connection === undefined) return [];
  const { objects } = mergeProfile(defaultProfile(), connection.profileOverride);
  const read = new Set<string>();
  for (const { source } of deps.registry.all()) {
    if (source.kind !== 'endpoint') continue;
    read.add(source.object);
    for (const join of objects[source.object]?.joins ?? []) read.add(join.object);
  }
  return connection.capabilities.flatMap(({ id, ok, detail }) => {
    const object = id.startsWith('list:') ? id.slice('list:'.length) : undefined;
    if (object === undefined || !ok || read.has(object)) return [];
    const label = objects[object]?.label ?? object.replaceAll('_', ' ');
    return [{ what: `Infraon ${label}`, why: `Not moved as records of their own. ${detail}` }];
  });
}

export async function scopeDocument(
  deps: Deps,
  workspaceId: string,
  discovery: DiscoveryDocument,
): Promise<ScopeDocument> {
  const [maps, types, connection, [workspace]] = await Promise.all([
    newestMaps(deps.db.sql, workspaceId),
    objectTypesOf(deps, workspaceId),
    findConnection(deps, workspaceId),
    deps.db.sql<{ name: string }[]>`select name from installations where workspace_id = ${workspaceId}`,
  ]);
  const objects = deps.registry.all().flatMap((definition) => {
    const found = discovery.objects.find(({ object }) => object === definition.name);
    return found === undefined ? [] : [objectOf(definition, found, maps.get(definition.name))];
  });
  return {
    workspace: workspace?.name ?? workspaceId,
    source: connection === undefined ? '' : new URL(connection.baseUrl).host,
    discovered_at: discovery.finished_at,
    objects,
    object_types: types.map(({ type }) => type),
    not_migrated: [...NOT_MIGRATED, ...unreadLists(deps, connection)],
    estimate: discovery.estimate,
    problems: discovery.error,
  };
}
