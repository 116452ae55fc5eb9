import { recordId } from '../../connectors/infraon/paging.ts';
import { firstText } from '../../connectors/infraon/paths.ts';
import type { Cursor } from '../../connectors/infraon/types.ts';
import type { Database } from '../../db/client.ts';
import { AppError } from '../../errors.ts';
import { lastWatermark, stampOf } from '../delta/watermark.ts';
import type { Deps } from '../deps.ts';
import type { FrozenRun } from '../runs/frozen-run.ts';
import { infraonFor, type InfraonAccess } from '../source/infraon-access.ts';

/** What a verification looks through of one list: who changed more than this many pages needs a delta first. */
const MAX_PAGES = 20;

interface SeenChange {
  object: string;
  source_id: string;
  /** Its last change, by the source's clock. */
  at: string;
}

/**
 * Names the records of a verification that Infraon has changed since they were read: they are in Intercom as they were
 * then, and the next delta brings the change. Only lists whose order by change is proven are asked, down to where they
 * were read last, so this costs one page of a list that stands still. A desk that does not answer, as after the cut-over,
 * says nothing and stops nothing.
 */
export async function nameSourceChanges(deps: Deps, run: FrozenRun, signal: AbortSignal): Promise<void> {
  let seen: SeenChange[];
  try {
    seen = await seenChanges(deps, run, signal);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.info({ err: error, runId: run.id }, 'the source was not asked for what changed');
    return;
  }
  await store(deps.db.sql, run, seen);
}

async function seenChanges(deps: Deps, run: FrozenRun, signal: AbortSignal): Promise<SeenChange[]> {
  const access = await infraonFor(deps, run.workspaceId);
  const { profile, connection } = access;
  const changes: SeenChange[] = [];
  for (const object of run.objects) {
    const { source } = deps.registry.get(object);
    if (source.kind !== 'endpoint' || signal.aborted) continue;
    const isOffered =
      profile.objects[source.object]?.enabled === true &&
      connection.pinned.disabled[source.object] === undefined;
    const isSorted = (connection.pinned.sorts[source.object]?.updated ?? null) !== null;
    const since = isOffered && isSorted ? await lastWatermark(deps.db.sql, run.workspaceId, object) : null;
    if (since !== null) changes.push(...(await changesOf(access, object, source.object, since)));
  }
  return changes;
}

/** As far back as a delta would look: clocks of the source's machines may differ by the overlap. */
async function changesOf(
  { client, profile }: InfraonAccess,
  object: string,
  key: string,
  since: string,
): Promise<SeenChange[]> {
  const spec = profile.objects[key];
  const paths = spec?.updatedAt;
  if (spec === undefined || paths === undefined) return [];
  const bound = new Date(Date.parse(since) - spec.delta.overlapMinutes * 60_000).toISOString();
  const changes: SeenChange[] = [];
  let cursor: Cursor | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const { rows, next }: Awaited<ReturnType<typeof client.listPage>> = await client.listPage(key, cursor, {
      order: 'updated',
    });
    const stamped = rows.flatMap((row) => {
      const [id, at] = [recordId(spec, row), stampOf(firstText(row, paths))];
      return id === null || at === null ? [] : [{ object, source_id: id, at }];
    });
    changes.push(...stamped.filter(({ at }) => at >= bound));
    const oldest = stamped.at(-1);
    if (next === null || (oldest !== undefined && oldest.at < bound)) break;
    cursor = next;
  }
  return changes;
}

/** Says it anew each time: a run that was opened again has read some of its records once more. */
async function store(sql: Database['sql'], run: FrozenRun, seen: readonly SeenChange[]): Promise<void> {
  const { workspaceId, id } = run;
  await sql.begin(async (tx) => {
    await tx`
      delete from findings where workspace_id = ${workspaceId} and run_id = ${id} and class = 'changed_at_source'`;
    await tx`
      update run_records set verification = verification - 'changed_at_source'
      where workspace_id = ${workspaceId} and run_id = ${id} and verification ? 'changed_at_source'`;
    await tx`
      with changed as (
        select r.id, r.object, r.source_id, s.source_updated_at as known, v.at
        from jsonb_to_recordset(${JSON.stringify(seen)}::jsonb) as v(object text, source_id text, at timestamptz)
        join run_records r on r.workspace_id = ${workspaceId} and r.run_id = ${id} and r.object = v.object
          and r.source_id = v.source_id and r.verification is not null
        join source_records s on s.workspace_id = ${workspaceId} and s.object = v.object and s.source_id = v.source_id
          and s.source_updated_at <> v.at
      ), counted as (
        update run_records r set verification = r.verification || '{"changed_at_source": 1}' from changed c where r.id = c.id
      )
      insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
      select ${workspaceId}, ${id}::uuid, object, source_id, 'changed_at_source', 'record', to_jsonb(at), to_jsonb(known)
      from changed`;
  });
}
