import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { Database, Queryable } from '../../db/client.ts';
import { enqueueAdvance } from '../../db/queue.ts';
import type { RunState } from '../../db/schema/runs.ts';
import { requireRole, type Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import { assertNotErased, assertNotSignedOff } from '../cutover/signed-off.ts';
import type { Deps } from '../deps.ts';
import { findPage, UUIDS, type Page, type PageRequest } from '../paging.ts';
import { blockingChecks } from '../readiness/preflight.ts';
import { runColumns, runDocument, type RunRow } from './report.ts';
import { activeRunError } from './run-control.ts';
import { chosenObjects, refuseUnheard, requireNamedRun } from './run-input.ts';
import { startRollback } from '../rollback/start-rollback.ts';
import { followedCounts, followedVerification } from './recent-counts.ts';
import type { RunDocument, StartRunInput } from './run-document.ts';
import { requireTransition, WORKING_STATES } from './run-state.ts';
import { getSettingsFor } from '../settings.ts';
import { planVerification } from '../verify/verify-again.ts';

/**
 * Plans a run: what it covers, with which maps and settings, and lets the workers begin. `alongside` is written in the
 * same transaction: whoever starts a run by himself notes that he has.
 */
export async function startRun(
  deps: Deps,
  actor: Actor,
  input: StartRunInput,
  alongside?: (tx: Queryable, runId: string) => Promise<void>,
): Promise<RunDocument> {
  requireRole(actor, 'operator');
  // Said before what else may be missing: nothing of it can be made up for any more.
  if (input.kind !== 'verify') await assertNotSignedOff(deps.db.sql, actor.workspaceId);
  refuseUnheard(input);
  const objects = chosenObjects(deps.registry, input.objects);
  if (input.kind === 'rollback') {
    const started = startRollback(deps, actor, input, objects);
    const rollbackId = await started.catch((error: unknown) => {
      throw activeRunError(error);
    });
    return getRun(deps, actor, rollbackId);
  }
  if (input.run_id !== undefined) await requireNamedRun(deps.db.sql, actor, input.run_id, 'run_id');
  const mapVersions = await approvedMaps(deps.db.sql, actor.workspaceId, objects);
  if (input.kind !== 'verify') await requireReady(deps, actor, input, objects);
  const settings = await getSettingsFor(deps, actor.workspaceId);
  try {
    const runId = await deps.db.sql.begin(async (tx) => {
      if (input.kind === 'verify') await assertNotErased(tx, actor.workspaceId);
      else await assertNotSignedOff(tx, actor.workspaceId);
      const rows = await tx<{ id: string }[]>`
        insert into runs (workspace_id, kind, objects, sample_size, of_run_id, map_versions, settings, created_by, prepared)
        values (${actor.workspaceId}, ${input.kind}, ${JSON.stringify(objects)}::jsonb, ${input.limit ?? null}, ${input.run_id ?? null},
          ${JSON.stringify(mapVersions)}::jsonb, ${JSON.stringify(settings)}::jsonb, ${actor.adminId},
          ${input.kind === 'verify'})
        returning id`;
      const id = rows[0]?.id ?? '';
      if (input.kind === 'verify') {
        const part = { limit: input.limit, ofRunId: input.run_id };
        await planVerification(tx, actor.workspaceId, id, objects, part);
      }
      await writeAudit(tx, actor, 'run_started', { run_id: id, kind: input.kind, objects });
      await alongside?.(tx, id);
      await enqueueAdvance(tx, { workspaceId: actor.workspaceId, runId: id });
      return id;
    });
    return await getRun(deps, actor, runId);
  } catch (error) {
    throw activeRunError(error);
  }
}

async function approvedMaps(
  sql: Queryable,
  workspaceId: string,
  objects: string[],
): Promise<Record<string, number>> {
  const rows = await sql<{ object: string; version: number; state: string }[]>`
    select distinct on (object) object, version, state from object_maps
    where workspace_id = ${workspaceId} order by object, version desc`;
  const newest = new Map(rows.map((row) => [row.object, row]));
  const open = objects.filter((object) => newest.get(object)?.state !== 'approved');
  if (open.length > 0) {
    throw new UserError(
      `Approve the map of ${open.join(', ')} first. No record moves before its map is approved.`,
      {
        code: 'map_not_approved',
        httpStatus: 409,
      },
    );
  }
  return Object.fromEntries(objects.map((object) => [object, newest.get(object)?.version ?? 0]));
}

async function requireReady(
  deps: Deps,
  actor: Actor,
  input: StartRunInput,
  objects: string[],
): Promise<void> {
  const blocking = await blockingChecks(deps, actor.workspaceId, objects);
  if (blocking.length > 0) {
    throw new UserError(
      `Not ready: ${blocking.map((check) => check.title).join('; ')}. See the readiness list for what to do.`,
      {
        code: 'preflight_failed',
        httpStatus: 409,
      },
    );
  }
  if (input.kind === 'sample') return;
  const approved = await deps.db.sql`
    select 1 from runs where workspace_id = ${actor.workspaceId} and kind = 'sample' and approved_at is not null limit 1`;
  if (approved.length === 0) {
    throw new UserError('Run a sample and approve it first.', {
      code: 'sample_not_approved',
      httpStatus: 409,
    });
  }
}

async function requireRow(sql: Queryable, actor: Actor, runId: string, lock = false): Promise<RunRow> {
  const rows = z.uuid().safeParse(runId).success
    ? await sql<RunRow[]>`
        select ${runColumns(sql)} from runs where workspace_id = ${actor.workspaceId} and id = ${runId} ${lock ? sql`for update` : sql``}`
    : [];
  if (rows[0] === undefined)
    throw new UserError('There is no such run.', { code: 'run_not_found', httpStatus: 404 });
  return rows[0];
}

export async function getRun(deps: Deps, actor: Actor, runId: string): Promise<RunDocument> {
  const { db, clock } = deps;
  const row = await requireRow(db.sql, actor, runId);
  return runDocument(
    db.sql,
    row,
    clock.now(),
    WORKING_STATES.includes(row.state) ? await followed(db, row) : {},
  );
}

async function followed(db: Database, row: RunRow) {
  const [counts, verification] = await Promise.all([followedCounts(db, row), followedVerification(db, row)]);
  return { counts, verification };
}

/** Newest first. */
export async function listRuns(deps: Deps, actor: Actor, request: PageRequest): Promise<Page<RunDocument>> {
  const { sql } = deps.db;
  const page = await findPage<RunRow>(request, {
    count: () => sql`select count(*) as count from runs where workspace_id = ${actor.workspaceId}`,
    rows: (after, limit) => sql<RunRow[]>`
      select ${runColumns(sql)} from runs where workspace_id = ${actor.workspaceId}
        ${after === null ? sql`` : sql`and (created_at, id) < (select l.created_at, l.id from runs l where l.workspace_id = ${actor.workspaceId} and l.id = ${after})`}
      order by created_at desc, id desc limit ${limit}`,
    keyOf: ({ id }) => id,
    keys: UUIDS,
  });
  return {
    ...page,
    items: await Promise.all(page.items.map((row) => runDocument(sql, row, deps.clock.now()))),
  };
}

export function pauseRun(deps: Deps, actor: Actor, runId: string): Promise<RunDocument> {
  return changeState(deps, actor, runId, 'paused', 'run_paused');
}

export function resumeRun(deps: Deps, actor: Actor, runId: string): Promise<RunDocument> {
  return changeState(deps, actor, runId, 'running', 'run_resumed');
}

/** What is loaded stays loaded and in the ledger; what was pending stays pending. */
export function cancelRun(deps: Deps, actor: Actor, runId: string): Promise<RunDocument> {
  return changeState(deps, actor, runId, 'cancelled', 'run_cancelled');
}

async function changeState(
  deps: Deps,
  actor: Actor,
  runId: string,
  to: RunState,
  action: string,
): Promise<RunDocument> {
  requireRole(actor, 'operator');
  await deps.db.sql.begin(async (tx) => {
    const run = await requireRow(tx, actor, runId, true);
    if (run.state === to) return;
    if (to === 'running' && run.state !== 'paused') {
      throw new UserError(
        `Only a paused run can be resumed; this one is ${run.state.replaceAll('_', ' ')}.`,
        { code: 'wrong_state', httpStatus: 409 },
      );
    }
    requireTransition(run.state, to);
    await tx`
      update runs set state = ${to}, state_reason = null,
        finished_at = case when ${to} = 'cancelled' then now() else finished_at end
      where workspace_id = ${actor.workspaceId} and id = ${runId}`;
    if (to === 'running') {
      await tx`update runs set troubles = '{}' where workspace_id = ${actor.workspaceId} and id = ${runId}`;
      await tx`
        update run_records set attempts = 0, not_before = case when not_before = 'infinity' then not_before end
        where workspace_id = ${actor.workspaceId} and run_id = ${runId} and step <> 'done' and lease_token is null`;
      await enqueueAdvance(tx, { workspaceId: actor.workspaceId, runId });
    }
    await writeAudit(tx, actor, action, { run_id: runId });
  });
  return getRun(deps, actor, runId);
}

export async function approveRun(deps: Deps, actor: Actor, runId: string): Promise<RunDocument> {
  requireRole(actor, 'owner');
  await deps.db.sql.begin(async (tx) => {
    const run = await requireRow(tx, actor, runId, true);
    if (run.rolledBackBy !== null) {
      throw new UserError('This sample was rolled back. Run another one.', {
        code: 'rolled_back',
        httpStatus: 409,
      });
    }
    if (run.kind !== 'sample' || (run.state !== 'completed' && run.state !== 'completed_with_findings')) {
      throw new UserError('Only a finished sample can be approved.', {
        code: 'wrong_state',
        httpStatus: 409,
      });
    }
    await tx`
      update runs set approved_by = ${actor.adminId}, approved_at = now()
      where workspace_id = ${actor.workspaceId} and id = ${runId} and approved_at is null`;
    await writeAudit(tx, actor, 'sample_approved', { run_id: runId });
  });
  return getRun(deps, actor, runId);
}
