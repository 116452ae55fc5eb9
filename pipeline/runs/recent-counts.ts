import type { Database } from '../../db/client.ts';
import { countRecords, type RecordCount } from './balance.ts';

/** A person sees no difference; ten panels that open at once cost one count. */
const KEPT_MS = 2_000;

interface Counted {
  at: number;
  counts: Promise<RecordCount[]>;
}

/** Of this process, by the database they are counted in. */
const KEPT = new WeakMap<Database, Map<string, Counted>>();

/**
 * Where the records of an active run stand, at most two seconds old; who asks meanwhile waits for the same count.
 * @param elapsedMs a clock that only goes forward.
 */
export function recentCounts(
  db: Database,
  run: { workspaceId: string; id: string },
  elapsedMs: () => number = () => performance.now(),
): Promise<RecordCount[]> {
  const kept = KEPT.get(db) ?? new Map<string, Counted>();
  KEPT.set(db, kept);
  const now = elapsedMs();
  const known = kept.get(run.id);
  if (known !== undefined && now - known.at < KEPT_MS) return known.counts;
  for (const [id, { at }] of kept) if (now - at >= KEPT_MS) kept.delete(id);
  const counts = countRecords(db.sql, run.workspaceId, run.id);
  kept.set(run.id, { at: now, counts });
  // A count that failed is not kept: the next panel tries again.
  counts.catch(() => kept.get(run.id)?.counts === counts && kept.delete(run.id));
  return counts;
}
