import { runBatch, type BatchScope, type WorkStep } from '../../pipeline/runs/batch.ts';
import { extractBatch } from '../../pipeline/extract/extract.ts';
import { loadBatch } from '../../pipeline/load/load.ts';
import { mapBatch } from '../../pipeline/map/map.ts';
import { confirmBatch } from '../../pipeline/rollback/confirm.ts';
import { inspectBatch } from '../../pipeline/rollback/inspect.ts';
import { undoBatch } from '../../pipeline/rollback/undo.ts';
import { verifyBatch } from '../../pipeline/verify/verify.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import { defineTask } from '../define-task.ts';

const STAGES: Record<WorkStep, (records: ClaimedRecord[], scope: BatchScope) => Promise<void>> = {
  extract: extractBatch,
  map: mapBatch,
  load: loadBatch,
  verify: verifyBatch,
  inspect: inspectBatch,
  undo: undoBatch,
  confirm: confirmBatch,
};

export const runBatchTask = defineTask('run_batch', (deps, payload, leaveSlot) =>
  runBatch(deps, payload, STAGES[payload.step], leaveSlot),
);
