import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import type { RecordOutcome, RecordStep, RunState } from '../../db/schema/runs.ts';
import type { Actor } from '../actors.ts';
import type { Deps } from '../deps.ts';
import { findPage, NUMBERS, type Page, type PageRequest } from '../paging.ts';
import { residueOf, type Residue } from './residue.ts';
import { undoRunOf, type UndoAction, type UndoPlan, type SpareReason } from './undo-plan.ts';

export interface RollbackDocument {
  /** The run that is undone; null: everything that is migrated. */
  of_run: string | null;
  dry_run: boolean;
  contacts: 'archive' | 'delete';
  stage: 'inspecting' | 'undoing' | 'confirming' | 'done';
  /** Per object, and `workspace` for tags, attributes and collections that loading made. */
  objects: Record<string, RollbackCounts>;
  residue: Residue[];
}

export interface RollbackCounts {
  delete: number;
  archive: number;
  restore: number;
  spare: number;
  keep: number;
  gone: number;
  /** Not looked at yet. */
  undecided: number;
  /** Of those that go or are restored: carried out and confirmed by reading. */
  undone: number;
  refused: number;
}

export interface RollbackItem {
  object: string;
  source_id: string;
  display_id: string | null;
  resource: string | null;
  destination_id: string | null;
  action: UndoAction | null;
  state: 'planned' | 'undone' | 'confirmed' | 'refused';
  reasons: SpareReason[];
}

interface RollbackRow {
  id: string;
  workspaceId: string;
  state: RunState;
  objects: string[];
  ofRunId: string | null;
  dryRun: boolean;
  undo: Record<string, unknown> | null;
}

function emptyCounts(): RollbackCounts {
  return {
    delete: 0,
    archive: 0,
    restore: 0,
    spare: 0,
    keep: 0,
    gone: 0,
    undecided: 0,
    undone: 0,
    refused: 0,
  };
}

/** The part of a run's document that only rollbacks have, counted from its rows. */
export async function rollbackDocument(sql: Queryable, run: RollbackRow): Promise<RollbackDocument> {
  const rows = await sql<
    { object: string; action: UndoAction | null; step: RecordStep; outcome: RecordOutcome; records: string }[]
  >`
    select object, undo->>'action' as action, step, outcome, count(*) as records from run_records
    where workspace_id = ${run.workspaceId} and run_id = ${run.id} group by 1, 2, 3, 4`;
  const objects = Object.fromEntries(run.objects.map((object) => [object, emptyCounts()]));
  for (const { object, action, step, outcome, records } of rows) {
    const counts = (objects[object] ??= emptyCounts());
    const number = Number(records);
    counts[action ?? 'undecided'] += number;
    if (outcome === 'rejected') counts.refused += number;
    if (outcome === 'updated' && step === 'done') counts.undone += number;
  }
  const { contacts, decided } = undoRunOf(run.undo);
  const steps = new Set(rows.map((row) => row.step));
  return {
    of_run: run.ofRunId,
    dry_run: run.dryRun,
    contacts,
    stage: stageOf(run, decided, steps),
    objects,
    residue: await residueOf(sql, run),
  };
}

function stageOf(
  run: RollbackRow,
  decided: boolean,
  steps: ReadonlySet<RecordStep>,
): RollbackDocument['stage'] {
  if (run.state === 'completed' || run.state === 'completed_with_findings') return 'done';
  if (!decided || steps.has('inspect')) return 'inspecting';
  return steps.has('undo') ? 'undoing' : 'confirming';
}

interface ItemRow {
  id: string;
  object: string;
  sourceId: string;
  displayId: string | null;
  step: RecordStep;
  outcome: RecordOutcome;
  undo: UndoPlan;
}

/** Records of a rollback with what becomes of them, in the order in which they are taken back. */
export async function listRollback(
  deps: Deps,
  actor: Actor,
  runId: string,
  filter: { object?: string | undefined; action?: UndoAction | undefined } & PageRequest,
): Promise<Page<RollbackItem>> {
  const { sql } = deps.db;
  await requireRollback(sql, actor, runId);
  const matching = sql`
    from run_records r where r.workspace_id = ${actor.workspaceId} and r.run_id = ${runId}
      ${filter.object === undefined ? sql`` : sql`and r.object = ${filter.object}`}
      ${filter.action === undefined ? sql`` : sql`and r.undo->>'action' = ${filter.action}`}`;
  const page = await findPage<ItemRow>(filter, {
    count: () => sql`select count(*) as count ${matching}`,
    rows: (after, limit) => sql<ItemRow[]>`
      select r.id, r.object, r.source_id as "sourceId", r.display_id as "displayId", r.step, r.outcome, r.undo
      ${matching} ${after === null ? sql`` : sql`and r.id > ${after}`} order by r.id limit ${limit}`,
    keyOf: ({ id }) => id,
    keys: NUMBERS,
  });
  return {
    ...page,
    items: page.items.map(({ object, sourceId, displayId, undo, step, outcome }) => ({
      object,
      source_id: sourceId,
      display_id: displayId,
      resource: undo.resource,
      destination_id: undo.destinationId,
      action: undo.action,
      state: itemState(step, outcome),
      reasons: undo.reasons,
    })),
  };
}

function itemState(step: RecordStep, outcome: RecordOutcome): RollbackItem['state'] {
  if (outcome === 'rejected') return 'refused';
  if (outcome !== 'updated') return 'planned';
  return step === 'done' ? 'confirmed' : 'undone';
}

async function requireRollback(sql: Queryable, actor: Actor, runId: string): Promise<void> {
  const rows = z.uuid().safeParse(runId).success
    ? await sql`
        select 1 from runs where workspace_id = ${actor.workspaceId} and id = ${runId} and kind = 'rollback'`
    : [];
  if (rows.length > 0) return;
  throw new UserError('There is no such rollback.', { code: 'run_not_found', httpStatus: 404 });
}
