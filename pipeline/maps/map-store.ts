import type { Queryable } from '../../db/client.ts';
import type { MappingRule, UnmappedField } from '../../objects/mapping.ts';
import type { MapDocument } from './map-document.ts';

/** One stored version of an object's map. */
export interface StoredMap {
  object: string;
  version: number;
  state: 'proposed' | 'approved';
  rules: MappingRule[];
  unmapped: UnmappedField[];
  /** `discovery`, or the id of the teammate who edited. */
  createdBy: string;
  /** Name of the teammate who approved. */
  approvedBy: string | null;
  approvedAt: Date | null;
}

/** `created_by` of maps that nobody has touched yet. */
export const PROPOSED_BY = 'discovery';

/** The newest version of every object that has a map. */
export async function newestMaps(sql: Queryable, workspaceId: string): Promise<Map<string, StoredMap>> {
  const rows = await sql<StoredMap[]>`
    select distinct on (object) object, version, state, rules, unmapped, created_by as "createdBy",
      approved_by as "approvedBy", approved_at as "approvedAt"
    from object_maps where workspace_id = ${workspaceId}
    order by object, version desc`;
  return new Map(rows.map((row) => [row.object, row]));
}

/** The newest approved version of every object that has one. */
export async function approvedMaps(sql: Queryable, workspaceId: string): Promise<Map<string, StoredMap>> {
  const rows = await sql<StoredMap[]>`
    select distinct on (object) object, version, state, rules, unmapped, created_by as "createdBy",
      approved_by as "approvedBy", approved_at as "approvedAt"
    from object_maps where workspace_id = ${workspaceId} and state = 'approved'
    order by object, version desc`;
  return new Map(rows.map((row) => [row.object, row]));
}

/** Adds a version; false when somebody else added it first. */
export async function insertMap(
  sql: Queryable,
  workspaceId: string,
  map: Pick<StoredMap, 'object' | 'version' | 'rules' | 'unmapped' | 'createdBy'>,
): Promise<boolean> {
  const inserted = await sql`
    insert into object_maps (workspace_id, object, version, state, rules, unmapped, created_by)
    values (${workspaceId}, ${map.object}, ${map.version}, 'proposed', ${JSON.stringify(map.rules)}::jsonb,
      ${JSON.stringify(map.unmapped)}::jsonb, ${map.createdBy})
    on conflict do nothing returning 1`;
  return inserted.length > 0;
}

export function mapDocument(map: StoredMap): MapDocument {
  return {
    object: map.object,
    version: map.version,
    state: map.state,
    rules: map.rules,
    unmapped: map.unmapped,
    approved_by: map.approvedBy,
    approved_at: map.approvedAt?.toISOString() ?? null,
  };
}
