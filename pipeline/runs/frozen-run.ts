import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { Queryable } from '../../db/client.ts';
import type { RunKind, RunState } from '../../db/schema/runs.ts';
import { ObjectMap } from '../../objects/mapping.ts';
import type { SettingsDocument } from '../settings.ts';

/** A run with what it was planned with: editing a map or a setting later affects the next run only. */
export interface FrozenRun {
  id: string;
  workspaceId: string;
  kind: RunKind;
  state: RunState;
  objects: string[];
  sampleSize: number | null;
  mapVersions: Record<string, number>;
  settings: SettingsDocument;
  prepared: boolean;
  extraction: Record<string, ExtractionState>;
  dryRun: boolean;
  /** Rollbacks: the run that is undone, null for everything; and what is known of the undoing (rollback/undo-plan.ts). */
  ofRunId: string | null;
  undo: Record<string, unknown> | null;
}

/** How far the list of one object has been read, and what the source itself says is there. */
export const ExtractionState = z.object({
  listed: z.boolean(),
  cursor: z.unknown(),
  rows: z.number(),
  countAtStart: z.number().nullable(),
  countAtEnd: z.number().nullable(),
  /** Rows of the list that belong to another object or are demo data. */
  excludedRows: z.number(),
  /** The list lost rows while it was read this time: those behind them moved up, and some were on no page. */
  shrank: z.boolean().optional(),
  /** How often it was read anew for that. */
  readAgain: z.number().optional(),
  /** How a delta finds what changed; absent in other runs. */
  strategy: z.enum(['sorted', 'scan', 'derived']).optional(),
  /** Watermark of the last scan: what changed before it was seen then. By the source's clock. */
  since: z.string().nullable().optional(),
  /** Newest change that the source knew of when this scan began. By the source's clock. */
  watermark: z.string().nullable().optional(),
  /** Ledger rows of records that the source lists no more. */
  gone: z.number().optional(),
  listedAt: z.string().optional(),
});
export type ExtractionState = z.infer<typeof ExtractionState>;

export function notListed(): ExtractionState {
  return { listed: false, cursor: null, rows: 0, countAtStart: null, countAtEnd: null, excludedRows: 0 };
}

/** Keeps with the run how far the list of an object has been read. */
export async function storeExtraction(
  tx: Queryable,
  run: Pick<FrozenRun, 'id' | 'workspaceId'>,
  object: string,
  state: ExtractionState,
): Promise<void> {
  await tx`
    update runs set extraction = extraction || ${JSON.stringify({ [object]: state })}::jsonb
    where id = ${run.id} and workspace_id = ${run.workspaceId}`;
}

export async function findRun(sql: Queryable, workspaceId: string, runId: string): Promise<FrozenRun | null> {
  if (!z.uuid().safeParse(runId).success) return null;
  const rows = await sql<FrozenRun[]>`
    select id, workspace_id as "workspaceId", kind, state, objects, sample_size as "sampleSize",
      map_versions as "mapVersions", settings, prepared, extraction,
      dry_run as "dryRun", of_run_id as "ofRunId", undo
    from runs where workspace_id = ${workspaceId} and id = ${runId}`;
  return rows[0] ?? null;
}

export async function requireRun(sql: Queryable, workspaceId: string, runId: string): Promise<FrozenRun> {
  const run = await findRun(sql, workspaceId, runId);
  if (run === null) throw new UserError('There is no such run.', { code: 'run_not_found', httpStatus: 404 });
  return run;
}

/** The rules the run is pinned to. */
export async function pinnedMap(
  sql: Queryable,
  run: Pick<FrozenRun, 'id' | 'workspaceId' | 'mapVersions'>,
  object: string,
): Promise<ObjectMap> {
  const version = run.mapVersions[object];
  if (version === undefined) throw new Error(`Run ${run.id} has no map for ${object}`);
  const rows = await sql`
    select rules, unmapped from object_maps
    where workspace_id = ${run.workspaceId} and object = ${object} and version = ${version}`;
  return ObjectMap.parse(rows[0]);
}
