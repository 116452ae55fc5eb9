import { firstValue } from '../../connectors/infraon/paths.ts';
import type { InfraonAccess } from '../source/infraon-access.ts';
import { AppError, AuthError, messageOf } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import { enqueue } from '../../db/queue.ts';
import type { LookedAt } from '../../db/schema/cutover.ts';
import type { Deps } from '../deps.ts';
import { infraonFor } from '../source/infraon-access.ts';
import type { FreezeFacts, ReadSoFar, TakenLook } from './freeze.ts';

/** A second look is taken by itself this long after the first. */
const SECOND_LOOK_MS = 5 * 60_000;
/** Of older looks nothing is shown. */
const LOOKS_SHOWN = 20;

/**
 * Plans a look at the source, and a second one some minutes later, unless one is planned already. Workers take them:
 * a slow tenant keeps nobody waiting.
 */
export async function planLooks(
  tx: Queryable,
  look: { workspaceId: string; requestedBy: string; now: Date },
): Promise<void> {
  const { workspaceId, requestedBy, now } = look;
  const pending = await tx`
    select 1 from source_looks where workspace_id = ${workspaceId} and taken_at is null`;
  if (pending.length > 0) return;
  for (const dueAt of [now, new Date(now.getTime() + SECOND_LOOK_MS)]) {
    const [row] = await tx<{ id: string }[]>`
      insert into source_looks (workspace_id, requested_by, due_at) values (${workspaceId}, ${requestedBy}, ${dueAt})
      returning id`;
    const lookId = row?.id ?? '';
    await enqueue(tx, 'look_at_source', { workspaceId, lookId }, { jobKey: `look:${lookId}`, runAt: dueAt });
  }
}

/** Takes a planned look; a look that was taken stays as it is. */
export async function takeLook(deps: Deps, workspaceId: string, lookId: string): Promise<void> {
  const { sql } = deps.db;
  const open = await sql`
    select 1 from source_looks where workspace_id = ${workspaceId} and id = ${lookId} and taken_at is null`;
  if (open.length === 0) return;
  const objects = await lookAtSource(deps, workspaceId);
  await sql`
    update source_looks set objects = ${JSON.stringify(objects)}::jsonb, taken_at = ${deps.clock.now()}
    where workspace_id = ${workspaceId} and id = ${lookId} and taken_at is null`;
}

/**
 * One list page per object: its newest change where the connection proved that the list can be sorted by it (Infraon has
 * no modified-since filter, API notes, deltas), else only its count. What cannot be read is said per object.
 */
export async function lookAtSource(deps: Deps, workspaceId: string): Promise<LookedAt[]> {
  const access = await infraonFor(deps, workspaceId);
  const objects: LookedAt[] = [];
  for (const { name, source } of deps.registry.all()) {
    if (source.kind !== 'endpoint') continue;
    const spec = access.profile.objects[source.object];
    if (spec?.enabled !== true || access.connection.pinned.disabled[source.object] !== undefined) continue;
    objects.push({ object: name, ...(await lookAtList(access, source.object)) });
  }
  return objects;
}

async function lookAtList(
  { client, profile, connection }: InfraonAccess,
  key: string,
): Promise<Omit<LookedAt, 'object'>> {
  const paths = profile.objects[key]?.updatedAt ?? [];
  const sorted = paths.length > 0 && (connection.pinned.sorts[key]?.updated ?? null) !== null;
  try {
    const page = await client.listPage(key, null, { order: sorted ? 'updated' : 'created' });
    const times = page.rows
      .map((row) => firstValue(row, paths))
      .filter((value) => typeof value === 'string')
      .map((value) => Date.parse(value))
      .filter((time) => !Number.isNaN(time));
    const newest = sorted && times.length > 0 ? new Date(Math.max(...times)).toISOString() : null;
    return { newest, sorted, count: page.count, problem: null };
  } catch (error) {
    // Nothing else will be answered either, and the next try of the job asks again.
    if (error instanceof AuthError || !(error instanceof AppError)) throw error;
    return { newest: null, sorted, count: null, problem: `Infraon did not answer: ${messageOf(error)}` };
  }
}

/** What was read of every object by the runs so far. */
export async function readSoFar(sql: Queryable, workspaceId: string): Promise<Map<string, ReadSoFar>> {
  const staged = await sql<{ object: string; newest: Date | null }[]>`
    select object, max(source_updated_at) as newest from source_records where workspace_id = ${workspaceId} group by object`;
  const counted = await sql<{ object: string; count: number | null }[]>`
    select distinct on (e.key) e.key as object, (e.value->>'countAtEnd')::int as count
    from runs, jsonb_each(extraction) e
    where workspace_id = ${workspaceId} and kind in ('full', 'delta') and e.value->>'listed' = 'true'
    order by e.key, runs.created_at desc`;
  const counts = new Map(counted.map(({ object, count }) => [object, count]));
  return new Map(staged.map(({ object, newest }) => [object, { newest, count: counts.get(object) ?? null }]));
}

export async function freezeFacts(sql: Queryable, workspaceId: string, now: Date): Promise<FreezeFacts> {
  const [looks, pending, read] = await Promise.all([
    sql<TakenLook[]>`
      select taken_at as "takenAt", objects from source_looks
      where workspace_id = ${workspaceId} and taken_at is not null order by taken_at desc limit ${LOOKS_SHOWN}`,
    sql<{ dueAt: Date | null }[]>`
      select min(due_at) as "dueAt" from source_looks where workspace_id = ${workspaceId} and taken_at is null`,
    readSoFar(sql, workspaceId),
  ]);
  return { now, looks: [...looks], pendingAt: pending[0]?.dueAt ?? null, read };
}
