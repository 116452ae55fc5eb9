import type { Queryable } from '../../db/client.ts';

export interface RunForecast {
  seconds: number;
  /** Calls to Intercom. */
  calls: number;
}

/** Kept with the lists: seconds that a delta took until it ended for the first time. */
const TOOK = '$took';

/** How long a delta took; what people correct and retry in it afterwards makes it no longer. */
export async function keepDuration(tx: Queryable, run: { id: string; workspaceId: string }): Promise<void> {
  await tx`
    update runs set extraction = extraction || jsonb_build_object(${TOOK}::text, extract(epoch from now() - started_at))
    where workspace_id = ${run.workspaceId} and id = ${run.id} and kind = 'delta' and not extraction ? ${TOOK}`;
}

/** A delta reads as much and writes about as much as the one before it: the best that is known before the last one. */
export function forecastOf(
  run: {
    kind: string;
    extraction: Record<string, unknown>;
    startedAt: Date | null;
    finishedAt: Date | null;
  },
  calls: number,
): RunForecast | null {
  const { kind, extraction, startedAt, finishedAt } = run;
  if (kind !== 'delta' || startedAt === null || finishedAt === null) return null;
  const kept = extraction[TOOK];
  const seconds = typeof kept === 'number' ? kept : (finishedAt.getTime() - startedAt.getTime()) / 1000;
  return { seconds: Math.round(seconds), calls };
}
