import { z } from 'zod';
import { DIFFERENCE_CLASSES } from '../../pipeline/differences.ts';
import { NAMED_REPAIRS } from '../../pipeline/reconcile/repair.ts';
import { SIDES } from '../../pipeline/runs/bottleneck.ts';
import { LEDGER_COLUMNS } from '../../pipeline/runs/run-document.ts';
import { Json, Timestamp } from './common-schemas.ts';

export const DifferenceClass = z.enum(DIFFERENCE_CLASSES);
const RunKind = z.enum(['sample', 'full', 'delta', 'verify', 'rollback']);

/** More records than any desk has, and a number that the database can hold. */
const MAX_LIMIT = 1_000_000_000;

export const RunInput = z
  .strictObject({
    kind: RunKind,
    objects: z.array(z.string()).optional().meta({ description: 'All when absent.' }),
    limit: z.int().min(1).max(MAX_LIMIT).optional().meta({
      description: 'Sample and verify only: at most so many records of each object.',
    }),
    run_id: z.string().optional().meta({
      description: 'The run that is undone, or whose records are verified; all that is migrated when absent.',
    }),
    dry_run: z.boolean().optional().meta({ description: 'Rollback only: says what would go.' }),
    contacts: z.enum(['archive', 'delete']).optional().meta({
      description: 'Rollback only: what becomes of contacts that loading created; `archive` unless asked.',
    }),
  })
  .meta({ id: 'RunInput' });

const Edge = z.object({
  type: z.string(),
  from: z.string(),
  to: z.string(),
  expected: z.number(),
  made: z.number(),
  verified: z.number(),
  missing: z.number(),
  rejected: z.number(),
  dangling: z.number(),
  waiting: z.number(),
});

const UNDO_COUNTS = [
  'delete',
  'archive',
  'restore',
  'spare',
  'keep',
  'gone',
  'undecided',
  'undone',
  'refused',
] as const;

const Rollback = z
  .object({
    of_run: z
      .string()
      .nullable()
      .meta({ description: 'The run that is undone; null: all that is migrated.' }),
    dry_run: z.boolean(),
    contacts: z.enum(['archive', 'delete']),
    stage: z.enum(['inspecting', 'undoing', 'confirming', 'done']),
    objects: z.record(z.string(), z.record(z.enum(UNDO_COUNTS), z.number())),
    residue: z
      .array(
        z.object({
          code: z.string(),
          message: z.string(),
          count: z.number(),
          examples: z.array(z.string()),
        }),
      )
      .meta({ description: 'What no call of the API takes back.' }),
  })
  .meta({ id: 'Rollback' });

export const UndoAction = z.enum(['delete', 'archive', 'restore', 'spare', 'keep', 'gone']);

export const RollbackItem = z
  .object({
    object: z.string().meta({ description: '`workspace` for tags, attributes and collections.' }),
    source_id: z.string(),
    display_id: z.string().nullable(),
    resource: z.string().nullable(),
    destination_id: z.string().nullable(),
    action: UndoAction.nullable(),
    state: z.enum(['planned', 'undone', 'confirmed', 'refused']),
    reasons: z.array(
      z.object({
        code: z.enum(['edited', 'in_use', 'needed_by', 'adopted', 'not_undoable']),
        message: z.string(),
        field: z.string().nullable(),
        ours: z.unknown(),
        theirs: z.unknown(),
      }),
    ),
  })
  .meta({ id: 'RollbackItem' });

export const Run = z
  .object({
    id: z.string(),
    kind: RunKind,
    state: z.enum([
      'queued',
      'running',
      'paused',
      'verifying',
      'completed',
      'completed_with_findings',
      'failed',
      'cancelled',
    ]),
    state_reason: z.string().nullable(),
    objects: z.record(z.string(), z.record(z.enum(LEDGER_COLUMNS), z.number())),
    source_counts: z.record(
      z.string(),
      z.object({ at_start: z.number().nullable(), at_end: z.number().nullable() }),
    ),
    balanced: z.boolean(),
    verification: z.record(z.enum(['checked', ...DIFFERENCE_CLASSES]), z.number()),
    edges: z.array(Edge),
    sets: z
      .array(
        z.object({
          set: z.string(),
          expected: z.number(),
          found: z.number().nullable(),
          extra: z.number(),
          missing: z.number(),
          unchecked: z.number(),
          note: z.string().nullable(),
        }),
      )
      .meta({
        description: 'Kinds of things counted in Intercom against the ledger, when everything was read back.',
      }),
    files: z
      .object({
        by_bytes: z.number(),
        by_name_and_size: z.number(),
        unread: z.array(z.object({ reason: z.string(), count: z.number() })),
      })
      .meta({
        description: 'Files in Intercom: how many were compared byte by byte. Counted when the run ends.',
      }),
    rate: z.object({ calls_per_minute: z.number(), limit_per_minute: z.number(), share: z.number() }),
    bottleneck: z
      .object({ side: z.enum(SIDES).nullable(), seconds: z.record(z.enum(SIDES), z.number()) })
      .meta({
        description:
          'What the run waited for, in seconds over all workers, and for what most: the source, the share of the rate budget, the answers of Intercom, or the workers themselves.',
      }),
    calls: z.record(z.string(), z.object({ total: z.number(), per_record: z.number() })),
    progress: z.number(),
    eta_seconds: z.number().nullable(),
    forecast: z
      .object({ seconds: z.number(), calls: z.number() })
      .nullable()
      .meta({ description: 'What the next delta takes, judged by this one.' }),
    approved_by: z.string().nullable(),
    approved_at: Timestamp.nullable(),
    rolled_back_by: z.string().nullable(),
    rollback: Rollback.nullable(),
    created_at: Timestamp,
    started_at: Timestamp.nullable(),
    finished_at: Timestamp.nullable(),
  })
  .meta({ id: 'Run' });

const Reason = z.object({ code: z.string(), message: z.string(), field: z.string().nullable() });
export const LedgerRecord = z
  .object({
    object: z.string(),
    source_id: z.string(),
    display_id: z.string().nullable(),
    state: z.string(),
    destination: z.object({ resource: z.string(), id: z.string(), url: z.string().nullable() }).nullable(),
    run: z.string().nullable(),
    hashes: z.object({
      source: z.string().nullable(),
      mapped: z.string().nullable(),
      loaded: z.string().nullable(),
    }),
    reason: Reason.nullable(),
    warnings: z.array(Reason),
    history: z.array(
      z.object({
        at: Timestamp,
        run: z.string(),
        step: z.string(),
        operation: z.string(),
        state: z.string(),
      }),
    ),
    erased_at: Timestamp.nullable().meta({ description: 'When its texts were erased after sign-off' }),
  })
  .meta({ id: 'Record' });

export const Rejection = z
  .object({
    id: z.string(),
    object: z.string(),
    source_id: z.string(),
    display_id: z.string().nullable(),
    name: z.string().nullable(),
    code: z.string(),
    message: z.string(),
    field: z.string().nullable(),
    value: z.unknown(),
    suggestion: z.string().nullable(),
    attempts: z.number(),
    waits_for: z.string().nullable(),
    waits_for_name: z.string().nullable(),
  })
  .meta({ id: 'Rejection' });

const Edit = z.strictObject({ action: z.literal('edit'), values: Json });
const Retry = z.strictObject({
  action: z.literal('retry'),
  take: z.enum(['infraon', 'intercom']).optional(),
});
const MakeAgain = z.strictObject({ action: z.literal('make_again') });
const Waive = z.strictObject({ action: z.literal('waive'), note: z.string().max(2000) });
const Cause = { object: z.string().optional(), code: z.string() };
export const Resolution = z
  .discriminatedUnion('action', [Edit, Retry, MakeAgain, Waive])
  .meta({ id: 'Resolution' });
export const BulkResolution = z
  .discriminatedUnion('action', [
    Edit.extend(Cause),
    Retry.extend(Cause),
    MakeAgain.extend(Cause),
    Waive.extend(Cause),
  ])
  .meta({ id: 'BulkResolution' });
export const Affected = z.object({ affected: z.number() });

export const Finding = z
  .object({
    id: z.string(),
    run: z.string(),
    object: z.string(),
    source_id: z.string(),
    display_id: z.string().nullable(),
    class: DifferenceClass,
    field: z.string(),
    expected: z.unknown(),
    actual: z.unknown(),
    repaired_at: Timestamp.nullable(),
    repairable: z.boolean(),
    repairs: z.array(z.enum(['write', 'restore', 'attach', 'create', 'reload'])),
    suggestion: z.string(),
  })
  .meta({ id: 'Finding' });

/**
 * `reload` deletes a conversation in which nobody worked and loads it anew, `create` makes anew what people deleted in
 * Intercom; neither is ever done unasked.
 */
export const RepairInput = z
  .strictObject({ action: z.enum(NAMED_REPAIRS).optional() })
  .meta({ id: 'RepairInput' });
export const BulkRepair = RepairInput.extend({
  run: z.string().optional(),
  object: z.string().optional(),
  class: DifferenceClass,
  field: z.string().optional(),
}).meta({ id: 'BulkRepair' });

export const AuditEntry = z
  .object({ id: z.string(), at: Timestamp, admin_id: z.string(), action: z.string(), detail: Json })
  .meta({ id: 'AuditEntry' });
