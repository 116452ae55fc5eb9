import { objectsOf, type FieldDefinition, type ObjectDefinition } from '../../objects/define-object.ts';
import type { Actor } from '../actors.ts';
import type { Deps } from '../deps.ts';
import { getSettingsFor } from '../settings.ts';
import type { LinkedRecord } from '../use-cases.ts';
import { MAX_LINKED, type LinkedRow } from './opening.ts';
import { first, panelValues, STATUS_KEYS, textOf, TITLE_KEYS } from './panel-values.ts';

const MAX_DETAILS = 12;

/** One end of a link; the id may belong to any of the objects: an asset and a configuration item are one thing to Infraon. */
interface End {
  sourceId: string;
  objects: [string, ...string[]];
}

type StagedRow = Pick<LinkedRow, 'object' | 'sourceId' | 'displayId' | 'raw'>;

/** Objects that became custom objects: people and companies stand in Intercom's own sidebar. */
export function shownObjects(deps: Pick<Deps, 'registry'>): string[] {
  return deps.registry
    .all()
    .filter(({ destination }) => destination.resource === 'custom_object_instances')
    .map(({ name }) => name);
}

/**
 * What a moved record is linked to, whichever end holds the link: what it names itself, then the edges of the ledger in
 * both directions. From our own tables only, so it is right when the source is long gone. What it names and no edge
 * holds (a link that no map moved) is read with one more question.
 */
export async function recordsLinkedTo(
  deps: Deps,
  workspaceId: string,
  record: {
    definition: ObjectDefinition;
    values: Record<string, unknown>;
    rows: LinkedRow[];
    timezone: string;
  },
): Promise<LinkedRecord[]> {
  const { definition, values, rows, timezone } = record;
  const objects = shownObjects(deps);
  const named = definition.fields.flatMap((field) => endsOf(field, values[field.key], objects));
  const known = new Set(rows.map(({ sourceId }) => sourceId));
  const unknown = named.filter(({ sourceId }) => !known.has(sourceId));
  const staged = unknown.length === 0 ? [] : await readStaged(deps, workspaceId, unknown);
  const ends = [...named, ...rows.map(({ object, sourceId }): End => ({ sourceId, objects: [object] }))];
  return recordsAt(deps, ends, [...rows, ...staged], timezone);
}

/** Each once; one that was never read is named by its id. */
export function recordsOf(
  deps: Pick<Deps, 'registry'>,
  rows: readonly LinkedRow[],
  timezone: string,
): LinkedRecord[] {
  const ends = rows.map(({ object, sourceId }): End => ({ sourceId, objects: [object] }));
  return recordsAt(deps, ends, rows, timezone);
}

/** One record with its details, or null when it was never read or is none that the panel shows. */
export async function getLinkedRecord(
  deps: Deps,
  actor: Actor,
  object: string,
  sourceId: string,
): Promise<LinkedRecord | null> {
  if (!shownObjects(deps).includes(object)) return null;
  const [[row], { source_timezone: timezone }] = await Promise.all([
    readStaged(deps, actor.workspaceId, [{ sourceId, objects: [object] }]),
    getSettingsFor(deps, actor.workspaceId),
  ]);
  if (row === undefined) return null;
  const definition = deps.registry.get(object);
  const values = panelValues(row.raw ?? {}, definition, timezone);
  return { ...summaryOf(row, definition, values), fields: detailsOf(definition, values) };
}

function endsOf(field: FieldDefinition, value: unknown, shown: readonly string[]): End[] {
  const [object, ...others] = objectsOf(field).filter((name) => shown.includes(name));
  if (object === undefined) return [];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  return ids.flatMap((id): End[] =>
    typeof id === 'string' ? [{ sourceId: id, objects: [object, ...others] }] : [],
  );
}

async function readStaged(deps: Deps, workspaceId: string, ends: readonly End[]): Promise<StagedRow[]> {
  const wanted = ends.flatMap(({ sourceId, objects }) => objects.map((object) => ({ object, sourceId })));
  return deps.db.sql<StagedRow[]>`
    select s.object, s.source_id as "sourceId", s.display_id as "displayId", s.raw - '$children' as raw
    from (select distinct object, source_id
      from unnest(${wanted.map((one) => one.object)}::text[], ${wanted.map((one) => one.sourceId)}::text[])
        as w(object, source_id)) w
    join source_records s on s.workspace_id = ${workspaceId} and s.object = w.object and s.source_id = w.source_id`;
}

function recordsAt(
  { registry }: Pick<Deps, 'registry'>,
  ends: readonly End[],
  rows: readonly StagedRow[],
  timezone: string,
): LinkedRecord[] {
  const read = new Map(
    rows.filter(({ raw }) => raw !== null).map((row) => [`${row.object}:${row.sourceId}`, row]),
  );
  const records = new Map<string, LinkedRecord>();
  for (const { sourceId, objects } of ends) {
    const object = objects.find((candidate) => read.has(`${candidate}:${sourceId}`)) ?? objects[0];
    const key = `${object}:${sourceId}`;
    if (records.has(key) || records.size === MAX_LINKED) continue;
    const row = read.get(key) ?? { object, sourceId, displayId: null, raw: null };
    const definition = registry.get(object);
    const values = panelValues(
      row.raw ?? {},
      withFields(definition, [...TITLE_KEYS, ...STATUS_KEYS]),
      timezone,
    );
    records.set(key, summaryOf(row, definition, values));
  }
  return [...records.values()];
}

/** The definition with these fields only: reading the others of fifty records is most of the time a panel takes. */
export function withFields(definition: ObjectDefinition, keys: readonly string[]): ObjectDefinition {
  return { ...definition, fields: definition.fields.filter(({ key }) => keys.includes(key)) };
}

/** Without its details, which are for its own canvas. */
function summaryOf(
  row: StagedRow,
  definition: ObjectDefinition,
  values: Record<string, unknown>,
): LinkedRecord {
  return {
    object: row.object,
    label: definition.label,
    source_id: row.sourceId,
    display_id: row.displayId,
    title: first(values, TITLE_KEYS) ?? row.displayId ?? row.sourceId,
    subtitle: first(values, STATUS_KEYS),
    fields: [],
  };
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
