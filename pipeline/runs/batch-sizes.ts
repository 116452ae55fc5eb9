/** Work is cut in chunks of this many records, of fewer where they are long. */
export const BATCH_SIZE = 500;
/** Above twice the last batch, so that short batches grow again. */
const ROOM_TO_GROW = 16;

/**
 * How many records a batch should look at. Claiming locks and measures every one of them, and where records are long few
 * are taken then; so no more than twice as many are looked at as fitted the time before. A hint of one process, kept for
 * each object and step over all workspaces.
 */
export interface BatchSizes {
  next(object: string, step: string): number;
  /** A batch that left records over had so many. */
  filled(object: string, step: string, records: number): void;
}

export function createBatchSizes(): BatchSizes {
  const last = new Map<string, number>();
  return {
    next(object, step) {
      const records = last.get(`${object} ${step}`) ?? BATCH_SIZE;
      return Math.min(BATCH_SIZE, 2 * records + ROOM_TO_GROW);
    },
    filled(object, step, records) {
      last.set(`${object} ${step}`, records);
    },
  };
}
