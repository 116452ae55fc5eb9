import { z } from 'zod';
import type { Database, Queryable } from '../../../db/client.ts';
import { enqueue, enqueueAdvance } from '../../../db/queue.ts';
import type { FrozenRun } from '../../runs/frozen-run.ts';
import { WORKING_STATES } from '../../runs/run-state.ts';
import type { SetComparison, SetCount } from './compare-set.ts';
import { WORKSPACE } from './prepared-sets.ts';

/** How the field of a finding about a whole set begins; what reading one record found names a field of it. */
export const SET_FIELD = 'set.';
/** A stray whose record nobody knows is named by its own id. */
const UNKNOWN_RECORD = 'intercom:';

/** Samples are a part on purpose, and a rollback reads back in its own way. */
const COUNTED_KINDS: readonly string[] = ['full', 'delta', 'verify'];

const StoredSets = z.object({
  /** Looks at a search whose index was behind. */
  looks: z.number(),
  lookAgainAt: z.string().nullable(),
  isDone: z.boolean(),
  counts: z.array(z.custom<SetCount>()),
});

/** What a run keeps of its sets; empty until they were counted. */
export function countsIn(stored: unknown): SetCount[] {
  const sets = StoredSets.safeParse(stored);
  return sets.success ? sets.data.counts : [];
}

export async function readSetState(
  sql: Queryable,
  run: Pick<FrozenRun, 'id' | 'workspaceId'>,
): Promise<{ looks: number; lookAgainAt: Date | null; isDone: boolean }> {
  const [row] = await sql<{ sets: unknown }[]>`
    select sets from runs where id = ${run.id} and workspace_id = ${run.workspaceId}`;
  const stored = StoredSets.safeParse(row?.sets);
  if (!stored.success) return { looks: 0, lookAgainAt: null, isDone: false };
  const { looks, lookAgainAt, isDone } = stored.data;
  return { looks, lookAgainAt: lookAgainAt === null ? null : new Date(lookAgainAt), isDone };
}

/** For the stage gate, when every record is done: whether the sets are counted; if not, lets a worker do it when it is time. */
export async function openSetCount(tx: Queryable, run: FrozenRun, now: Date): Promise<boolean> {
  if (!COUNTED_KINDS.includes(run.kind)) return true;
  const { isDone, lookAgainAt } = await readSetState(tx, run);
  if (isDone) return true;
  const place = { workspaceId: run.workspaceId, runId: run.id };
  if (lookAgainAt !== null && lookAgainAt > now) await enqueueAdvance(tx, place, lookAgainAt);
  else await enqueue(tx, 'count_sets', place, { jobKey: `count-sets:${run.id}` });
  return false;
}

/** Of each set the newest count that stands: a run over some objects counts only some of them. */
export const newestCounts = (sql: Queryable, workspaceId: string) => sql`(
  select distinct on (c->>'set') c->>'set' as set, r.id as run_id, c as counts
  from runs r, jsonb_array_elements(r.sets->'counts') c
  where r.workspace_id = ${workspaceId} and r.sets->>'isDone' = 'true' and r.rolled_back_by is null
    and r.state in ('completed', 'completed_with_findings')
  order by c->>'set', r.finished_at desc, r.created_at desc)`;

export async function waitForIndex(
  sql: Queryable,
  run: FrozenRun,
  { looks, at }: { looks: number; at: Date },
): Promise<void> {
  const sets = { looks, lookAgainAt: at.toISOString(), isDone: false, counts: [] };
  await sql`
    update runs set sets = ${JSON.stringify(sets)}::jsonb
    where id = ${run.id} and workspace_id = ${run.workspaceId} and state = any(${[...WORKING_STATES]})`;
}

/** The counts, and a finding for each thing that is too many or gone, in one transaction. */
export async function storeCounts(
  sql: Database['sql'],
  run: FrozenRun,
  compared: readonly SetComparison[],
): Promise<void> {
  const sets = { looks: 0, lookAgainAt: null, isDone: true, counts: compared.map(({ count }) => count) };
  const findings = compared.flatMap(findingsOf);
  await sql.begin(async (tx) => {
    // A run that was opened again meanwhile has work first, and is counted after it.
    const stored = await tx`
      update runs set sets = ${JSON.stringify(sets)}::jsonb
      where id = ${run.id} and workspace_id = ${run.workspaceId} and state = any(${[...WORKING_STATES]})
        and not exists (select 1 from run_records r where r.run_id = ${run.id} and r.step <> 'done')
      returning 1`;
    if (stored.length === 0) return;
    await tx`
      delete from findings where workspace_id = ${run.workspaceId} and run_id = ${run.id} and starts_with(field, ${SET_FIELD})`;
    await tx`
      insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
      select ${run.workspaceId}, ${run.id}::uuid, object, source_id, class, field, expected, actual
      from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb)
        as v(object text, source_id text, class text, field text, expected jsonb, actual jsonb)`;
  });
}

function findingsOf({ count: { set }, strays, gone }: SetComparison): Record<string, unknown>[] {
  const field = `${SET_FIELD}${set}`;
  return [
    ...strays.map(({ id, identity, record }) => ({
      object: record?.ref ?? WORKSPACE,
      source_id: record?.sourceId ?? `${UNKNOWN_RECORD}${id}`,
      class: 'extra',
      field,
      expected: null,
      actual: { id, identity },
    })),
    ...gone.map(({ id, record }) => ({
      object: record.ref,
      source_id: record.sourceId,
      class: 'missing',
      field,
      expected: id,
      actual: null,
    })),
  ];
}
