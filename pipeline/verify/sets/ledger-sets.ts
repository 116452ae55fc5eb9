import type { Queryable } from '../../../db/client.ts';
import { identityOf } from '../../../objects/build-payload.ts';
import type { RecordRef } from '../../../objects/mapping.ts';
import type { Registry } from '../../../objects/registry.ts';
import { isLinkEnd } from '../../links/link-ends.ts';
import type { FrozenRun } from '../../runs/frozen-run.ts';

/** All things of one kind that loading made or adopted: `contacts`, `custom_object_instances/InfraonAsset`. */
export interface LedgerSet {
  set: string;
  /** Custom object type. */
  type: string | null;
  objects: string[];
  expected: number;
  /** Of those, what this very run found to be gone. */
  gone: number;
}

/** The set that a row of the id map (`m`) belongs to. */
const setOf = (sql: Queryable) => sql`
  case when m.resource = 'custom_object_instances' then m.resource || '/' || coalesce(m.facts->>'type', '')
    when m.facts->>'kind' = 'internal_article' then 'internal_articles' else m.resource end`;

/** What was handed over as a document is in no list of Intercom's; what is about to be made anew is not there. */
const counted = (sql: Queryable, workspaceId: string) => sql`
  m.workspace_id = ${workspaceId} and m.resource <> 'documents' and ${isLinkEnd(sql)}`;

/** Known to be gone, and with a person to decide or already decided about: nothing to wait or to look for. */
const setAside = (sql: Queryable, workspaceId: string) => sql`
  select distinct object, source_id from run_records r
  where r.workspace_id = ${workspaceId} and r.reason_code = 'deleted_in_intercom' and r.outcome in ('rejected', 'waived')
    and not exists (
      select 1 from run_records n where n.workspace_id = r.workspace_id and n.object = r.object and n.source_id = r.source_id
        and n.id > r.id and n.outcome in ('created', 'updated', 'adopted'))`;

/** The sets of a run: those of which every object is part of it. One that nothing of was loaded is counted all the same. */
export async function ledgerSets(sql: Queryable, registry: Registry, run: FrozenRun): Promise<LedgerSet[]> {
  const sets = new Map<string, LedgerSet>();
  for (const { name, destination } of registry.all()) {
    if (destination.resource === 'documents') continue;
    const type = destination.type?.identifier ?? null;
    const set = type === null ? destination.resource : `${destination.resource}/${type}`;
    const known = sets.get(set) ?? { set, type, objects: [], expected: 0, gone: 0 };
    sets.set(set, { ...known, objects: [...known.objects, name] });
  }
  const rows = await sql<{ set: string; expected: number; gone: number; objects: string[] }[]>`
    with aside as materialized (${setAside(sql, run.workspaceId)})
    select set, count(distinct destination_id)::int as expected, array_agg(distinct object) as objects,
      count(distinct destination_id) filter (where is_gone)::int as gone
    from (
      select ${setOf(sql)} as set, m.destination_id, m.object, f.id is not null as is_gone
      from id_map m left join findings f on f.run_id = ${run.id} and f.object = m.object and f.class = 'missing'
        and f.source_id = m.source_id and f.field = 'record' and f.repaired_at is null
      where ${counted(sql, run.workspaceId)} and (m.object, m.source_id) not in (select object, source_id from aside)) members
    group by set`;
  for (const { set, ...row } of rows) {
    const type = set.split('/')[1] ?? null;
    sets.set(set, { ...(sets.get(set) ?? { type }), set, ...row });
  }
  return [...sets.values()].filter(({ objects }) => objects.every((object) => run.objects.includes(object)));
}

export interface LedgerMember {
  record: RecordRef;
  /** This run has read it by its id, and said so if it was gone. */
  isRead: boolean;
}

/** The members of a set by their id in Intercom. */
export async function membersOf(
  sql: Queryable,
  run: FrozenRun,
  { set }: LedgerSet,
): Promise<Map<string, LedgerMember>> {
  const rows = await sql<{ id: string; object: string; sourceId: string; isRead: boolean }[]>`
    with aside as materialized (${setAside(sql, run.workspaceId)})
    select m.destination_id as id, m.object, m.source_id as "sourceId",
      r.verification is not null or (m.object, m.source_id) in (select object, source_id from aside) as "isRead"
    from id_map m left join run_records r
      on r.run_id = ${run.id} and r.object = m.object and r.source_id = m.source_id
    where ${counted(sql, run.workspaceId)} and ${setOf(sql)} = ${set}
    order by "isRead"`;
  return new Map(
    rows.map(({ id, object, sourceId, isRead }) => [id, { record: { ref: object, sourceId }, isRead }]),
  );
}

/** Every record that the desk ever listed, by the identity that a thing in Intercom would carry; markers are one word. */
export async function recordsByIdentity(
  sql: Queryable,
  registry: Registry,
  workspaceId: string,
  { set, objects }: LedgerSet,
): Promise<Map<string, RecordRef>> {
  const rows = await sql<{ object: string; id: string; number: string | null }[]>`
    select object, source_id as id, display_id as number from source_records
    where workspace_id = ${workspaceId} and object = any(${objects})`;
  const isMarked = ['conversations', 'articles', 'internal_articles'].includes(set);
  return new Map(
    rows.flatMap(({ object, id, number }) => {
      const identity = identityOf(registry.get(object), { id, display_id: number });
      if (identity === undefined) return [];
      return [[isMarked ? wordOf(identity) : identity, { ref: object, sourceId: id }] as const];
    }),
  );
}

/** A marker is one word, because that is what search finds. */
export function wordOf(identity: string): string {
  return identity.replace(/[^\p{L}\p{N}]/gu, '');
}
