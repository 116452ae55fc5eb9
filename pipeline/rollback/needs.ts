import type { Queryable } from '../../db/client.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import type { Payload } from '../../objects/payloads.ts';
import { destinationOf } from '../load/destinations.ts';
import { referencesIn } from '../map/map.ts';
import type { SpareReason } from './undo-plan.ts';

interface Staying {
  object: string;
  sourceId: string;
  displayId: string | null;
  mapped: Payload;
  /** People changed it, or it is no part of this rollback: everything that it shows stays. */
  isWhole: boolean;
}

interface Need extends RecordRef {
  by: Staying;
}

const ROWS_AT_A_TIME = 500;

interface Place {
  workspaceId: string;
  runId: string;
}

/**
 * Spares what things that stay need. What people changed keeps everything that it refers to; what is only kept for its
 * sake keeps what it cannot be without (a contact its companies), or one edited incident would keep a whole graph of
 * configuration items.
 */
export async function spareNeeded(sql: Queryable, place: Place): Promise<void> {
  await spareAll(sql, place, staying(sql, place));
  // What was spared for need has needs of its own, of one level at most per pass: contacts, then their companies.
  for (let spared = 1; spared > 0;) spared = await spareAll(sql, place, neededOnes(sql, place));
}

/** What these records of a rollback refer to, spared at once: somebody changed them while the rollback went on. */
export async function spareNeedsOf(
  sql: Queryable,
  place: Place,
  object: string,
  sourceId: string,
): Promise<void> {
  const rows = await sql<Staying[]>`
    select r.object, r.source_id as "sourceId", r.display_id as "displayId", p.mapped, true as "isWhole"
    from run_records r ${newestPayload(sql)}
    where r.workspace_id = ${place.workspaceId} and r.run_id = ${place.runId} and r.object = ${object} and r.source_id = ${sourceId}`;
  await spare(sql, place, rows.flatMap(needsOf));
  for (let spared = 1; spared > 0;) spared = await spareAll(sql, place, neededOnes(sql, place));
}

type Rows = AsyncIterable<Staying[]>;

async function spareAll(sql: Queryable, place: Place, rows: Rows): Promise<number> {
  let spared = 0;
  for await (const page of rows) spared += await spare(sql, place, page.flatMap(needsOf));
  return spared;
}

function needsOf(by: Staying): Need[] {
  const refs = by.isWhole
    ? referencesIn(by.mapped)
    : [
        ...destinationOf(by.mapped).requiredRefs(by.mapped),
        ...('companies' in by.mapped ? by.mapped.companies : []),
      ];
  return refs
    .flatMap((ref) =>
      [ref.ref, ...(ref.or ?? [])].map((object) => ({ ref: object, sourceId: ref.sourceId, by })),
    )
    .filter(({ ref, sourceId }) => ref !== by.object || sourceId !== by.sourceId);
}

/** The payload that was last written for a record. */
function newestPayload(sql: Queryable) {
  return sql`
    join lateral (
      select n.mapped from run_records n
      where n.workspace_id = r.workspace_id and n.object = r.object and n.source_id = r.source_id and n.mapped is not null
      order by n.id desc limit 1
    ) p on true`;
}

/** Edited records of this rollback, and everything that stays because it is no part of it. */
async function* staying(sql: Queryable, place: Place): Rows {
  yield* pages(
    (after) => sql<(Staying & { id: string })[]>`
      select r.id::text, r.object, r.source_id as "sourceId", r.display_id as "displayId", p.mapped, true as "isWhole"
      from run_records r ${newestPayload(sql)}
      where r.workspace_id = ${place.workspaceId} and r.run_id = ${place.runId} and r.undo->>'action' = 'spare' and r.id > ${after}
      order by r.id limit ${ROWS_AT_A_TIME}`,
  );
  yield* pages(
    (after) => sql<(Staying & { id: string })[]>`
      select p.id::text, m.object, m.source_id as "sourceId", m.display_id as "displayId", p.mapped, true as "isWhole"
      from id_map m
      join lateral (
        select n.id, n.mapped from run_records n
        where n.workspace_id = m.workspace_id and n.object = m.object and n.source_id = m.source_id and n.mapped is not null
        order by n.id desc limit 1
      ) p on true
      where m.workspace_id = ${place.workspaceId} and p.id > ${after}
        and not exists (select 1 from run_records r
          where r.run_id = ${place.runId} and r.object = m.object and r.source_id = m.source_id)
      order by p.id limit ${ROWS_AT_A_TIME}`,
  );
}

/** Records that are spared only because others need them, whose own needs are not marked yet. */
async function* neededOnes(sql: Queryable, place: Place): Rows {
  yield* pages(
    (after) => sql<(Staying & { id: string })[]>`
      select r.id::text, r.object, r.source_id as "sourceId", r.display_id as "displayId", p.mapped, false as "isWhole"
      from run_records r ${newestPayload(sql)}
      where r.workspace_id = ${place.workspaceId} and r.run_id = ${place.runId} and r.undo->>'action' = 'spare' and r.id > ${after}
        and r.undo->'reasons'->0->>'code' = 'needed_by'
      order by r.id limit ${ROWS_AT_A_TIME}`,
  );
}

async function* pages(read: (after: string) => PromiseLike<readonly (Staying & { id: string })[]>): Rows {
  for (let after = '0'; ;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield [...rows];
    after = last.id;
  }
}

/** Marks what is needed; what is spared already, or would not go, stays as it is. Returns how many are new. */
async function spare(sql: Queryable, { workspaceId, runId }: Place, needs: Need[]): Promise<number> {
  if (needs.length === 0) return 0;
  const byKey = new Map(needs.map((need) => [`${need.ref} ${need.sourceId}`, need]));
  const rows = [...byKey.values()].map(({ ref, sourceId, by }) => ({
    object: ref,
    source_id: sourceId,
    reason: neededBy(by),
  }));
  const spared = await sql`
    update run_records r
    set undo = r.undo || jsonb_build_object('action', 'spare', 'reasons', jsonb_build_array(v.reason)), updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(object text, source_id text, reason jsonb)
    where r.workspace_id = ${workspaceId} and r.run_id = ${runId} and r.object = v.object and r.source_id = v.source_id
      and r.step = 'undo' and r.undo->>'action' in ('delete', 'archive')
    returning 1`;
  return spared.length;
}

function neededBy({ object, sourceId, displayId }: Staying): SpareReason {
  return {
    code: 'needed_by',
    message: `The ${object.replaceAll('_', ' ')} ${displayId ?? sourceId} stays and needs it.`,
    field: null,
    ours: null,
    theirs: { object, source_id: sourceId },
  };
}
