import { objectsOf, type FieldDefinition, type ObjectDefinition } from '../../objects/define-object.ts';
import type { Raw } from '../../objects/paths.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../documents.ts';
import { first, panelValues, STATUS_KEYS, textOf, TITLE_KEYS } from './panel-values.ts';
import { getSettingsFor } from '../settings.ts';
import type { LinkedRecord } from '../use-cases.ts';

/** A canvas pages through these; a hub with ten thousand links is looked up in Intercom's own views. */
const MAX_LINKED = 50;
const MAX_DETAILS = 12;

/** One end of a link; the id may belong to any of the objects: an asset and a configuration item are one thing to Infraon. */
interface End {
  sourceId: string;
  objects: [string, ...string[]];
}

/** Objects that became custom objects: people and companies stand in Intercom's own sidebar. */
function shownObjects(deps: Pick<Deps, 'registry'>): string[] {
  return deps.registry
    .all()
    .filter(({ destination }) => destination.resource === 'custom_object_instances')
    .map(({ name }) => name);
}

export function isAmong(records: readonly LinkedRecord[], { object, source_id }: LinkedRecord): boolean {
  return records.some((one) => one.object === object && one.source_id === source_id);
}

/**
 * What a moved record is linked to, whichever end holds the link: what it names itself, then the edges of the ledger in
 * both directions. From our own tables only, so it is right when the source is long gone.
 */
export async function recordsLinkedTo(
  deps: Deps,
  workspaceId: string,
  record: { definition: ObjectDefinition; sourceId: string; values: Record<string, unknown> },
): Promise<LinkedRecord[]> {
  const { definition, sourceId, values } = record;
  const objects = shownObjects(deps);
  const edges = await deps.db.sql<{ object: string; sourceId: string }[]>`
    (select to_object as object, to_id as "sourceId" from record_links
     where workspace_id = ${workspaceId} and from_object = ${definition.name} and from_id = ${sourceId}
       and to_object = any(${objects}) and state <> 'dangling'
     order by to_object, to_id limit ${MAX_LINKED})
    union
    (select from_object, from_id from record_links
     where workspace_id = ${workspaceId} and to_object = ${definition.name} and to_id = ${sourceId}
       and from_object = any(${objects}) and state <> 'dangling'
     order by from_object, from_id limit ${MAX_LINKED})
    order by 1, 2`;
  const named = definition.fields.flatMap((field) => endsOf(field, values[field.key], objects));
  return describe(deps, workspaceId, [
    ...named,
    ...edges.map((edge): End => ({ sourceId: edge.sourceId, objects: [edge.object] })),
  ]);
}

/** What belongs to the person beside the conversation: everything that names them as its owner, user or requester. */
export async function getContactRecords(
  deps: Deps,
  actor: Actor,
  contactId: string,
): Promise<LinkedRecord[]> {
  const { workspaceId } = actor;
  const edges = await deps.db.sql<{ object: string; sourceId: string }[]>`
    select distinct l.from_object as object, l.from_id as "sourceId"
    from id_map m
    join record_links l on l.workspace_id = m.workspace_id and l.to_object = m.object and l.to_id = m.source_id
    where m.workspace_id = ${workspaceId} and m.resource = 'contacts' and m.destination_id = ${contactId}
      and l.from_object = any(${shownObjects(deps)}) and l.state <> 'dangling'
    order by 1, 2 limit ${MAX_LINKED}`;
  return describe(
    deps,
    workspaceId,
    edges.map((edge): End => ({ sourceId: edge.sourceId, objects: [edge.object] })),
  );
}

/** One record with its details, or null when it was never read or is none that the panel shows. */
export async function getLinkedRecord(
  deps: Deps,
  actor: Actor,
  object: string,
  sourceId: string,
): Promise<LinkedRecord | null> {
  if (!shownObjects(deps).includes(object)) return null;
  const [record] = await describe(deps, actor.workspaceId, [{ sourceId, objects: [object] }]);
  // Named by nothing but the id that was asked for: nothing was read under it.
  const unread = record?.display_id === null && record.title === sourceId;
  return record === undefined || unread ? null : record;
}

function endsOf(field: FieldDefinition, value: unknown, shown: readonly string[]): End[] {
  const [object, ...others] = objectsOf(field).filter((name) => shown.includes(name));
  if (object === undefined) return [];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  return ids.flatMap((id): End[] =>
    typeof id === 'string' ? [{ sourceId: id, objects: [object, ...others] }] : [],
  );
}

/** Each record once, with the values that a person looks for; one that was never read is named by its id. */
async function describe(deps: Deps, workspaceId: string, ends: readonly End[]): Promise<LinkedRecord[]> {
  if (ends.length === 0) return [];
  const wanted = ends.flatMap(({ sourceId, objects }) => objects.map((object) => ({ object, sourceId })));
  const [{ source_timezone: timezone }, rows] = await Promise.all([
    getSettingsFor(deps, workspaceId),
    deps.db.sql<{ object: string; sourceId: string; displayId: string | null; raw: Raw }[]>`
      select s.object, s.source_id as "sourceId", s.display_id as "displayId", s.raw - '$children' as raw
      from (select distinct object, source_id
        from unnest(${wanted.map((one) => one.object)}::text[], ${wanted.map((one) => one.sourceId)}::text[])
          as w(object, source_id)) w
      join source_records s on s.workspace_id = ${workspaceId} and s.object = w.object and s.source_id = w.source_id`,
  ]);
  const read = new Map(rows.map((row) => [`${row.object}:${row.sourceId}`, row]));
  const records = new Map<string, LinkedRecord>();
  for (const { sourceId, objects } of ends) {
    const object = objects.find((candidate) => read.has(`${candidate}:${sourceId}`)) ?? objects[0];
    const key = `${object}:${sourceId}`;
    const row = read.get(key);
    if (records.has(key) || records.size === MAX_LINKED) continue;
    const definition = deps.registry.get(object);
    const values = panelValues(row?.raw ?? {}, definition, timezone);
    records.set(key, {
      object,
      label: definition.label,
      source_id: sourceId,
      display_id: row?.displayId ?? null,
      title: first(values, TITLE_KEYS) ?? row?.displayId ?? sourceId,
      subtitle: first(values, STATUS_KEYS),
      fields: detailsOf(definition, values),
    });
  }
  return [...records.values()];
}

function detailsOf(
  definition: ObjectDefinition,
  values: Record<string, unknown>,
): { label: string; value: string }[] {
  return definition.fields
    .filter(({ key, type }) => key !== 'id' && !['reference', 'references', 'thread', 'html'].includes(type))
    .flatMap(({ key, label }) => {
      const value = textOf(values[key]);
      return value === null ? [] : [{ label, value }];
    })
    .slice(0, MAX_DETAILS);
}
