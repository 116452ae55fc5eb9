import { runBatch, type BatchScope, type BatchStep } from '../../pipeline/batch.ts';
import { extractBatch } from '../../pipeline/extract.ts';
import { loadBatch } from '../../pipeline/load.ts';
import { mapBatch } from '../../pipeline/map.ts';
import { verifyBatch } from '../../pipeline/verify.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import { defineTask } from '../define-task.ts';

const STAGES: Record<BatchStep, (records: ClaimedRecord[], scope: BatchScope) => Promise<void>> = {
  extract: extractBatch,
  map: mapBatch,
  load: loadBatch,
  verify: verifyBatch,
};

export const runBatchTask = defineTask('run_batch', (deps, payload) =>
  runBatch(deps, payload, STAGES[payload.step]),
);
