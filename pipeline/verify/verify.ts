import { UNEXPLAINED, UNSETTLED } from '../differences.ts';
import { goneSince } from '../install/notifications.ts';
import type { Queryable } from '../../db/client.ts';
import type { ClaimedRecord } from '../../db/leases.ts';
import type { DifferenceClass } from '../../db/schema/ledger.ts';
import type { StoredLook } from '../../db/schema/runs.ts';
import type { Payload } from '../../objects/payloads.ts';
import { forEachConcurrently, type BatchScope } from '../runs/batch.ts';
import { keepLinks, type LinksOfRecord } from '../links/keep-links.ts';
import { linksReadBack } from '../links/links-read-back.ts';
import { namedLinks } from '../links/named-links.ts';
import { openContext } from '../load/context.ts';
import type { Comparison, Loaded, LoadContext, Verification } from '../load/destination.ts';
import { destinationOf } from '../load/destinations.ts';
import { lookAgainMs } from './look-again.ts';
import { readByPages } from './verify-pages.ts';
import { wasOurs, whoseChange, type OurWrites } from './whose-change.ts';

/** Reads under way at a time; the rate budget decides how fast they really go. */
const READS_AT_A_TIME = 32;

interface VerifiedRecord {
  id: number;
  /** When to look again at what was late. */
  lookAgainAt: Date | null;
  sourceId: string;
  comparisons: Comparison[];
  links: LinksOfRecord['links'];
}

interface LoadedRow extends Loaded {
  sourceId: string;
  origin: 'created' | 'adopted';
  updatedAt: Date;
  beganAt: Date;
  /** Of the database, which dates our writes. */
  now: Date;
}

/** Reads a batch of loaded records back and compares every mapped field, part and relation. */
export async function verifyBatch(records: ClaimedRecord[], scope: BatchScope): Promise<void> {
  const { deps, run, object } = scope;
  const { sql } = deps.db;
  const ignored = new Set(deps.registry.get(object).verify.ignore ?? []);
  const context = await openContext(
    scope,
    records.map((record) => record.mapped),
  );
  const loaded = await loadedRows(
    sql,
    run.workspaceId,
    object,
    records.map((record) => record.sourceId),
  );
  const wanted = records.flatMap(({ sourceId, mapped }) => {
    const destinationId = loaded.get(sourceId)?.destinationId;
    return destinationId === undefined ? [] : [{ payload: mapped as unknown as Payload, destinationId }];
  });
  const intercom = await readByPages(context.intercom, wanted, scope.signal);
  const pages = { ...context, intercom, storedFiles: deps.storedFiles };
  const verified: VerifiedRecord[] = [];
  const readAt = deps.clock.now().getTime();
  const store = () => storeVerified(scope, verified.splice(0));
  try {
    await forEachConcurrently(records, READS_AT_A_TIME, scope.signal, async (record) => {
      const payload = record.mapped as unknown as Payload;
      const row = loaded.get(record.sourceId);
      const verification = row === undefined ? null : await lookAt(payload, row, pages, context);
      // Milliseconds from the database's clock to Intercom's.
      const aheadMs = context.clockAheadMs() - ((row?.now.getTime() ?? readAt) - readAt);
      const explained = await explain(verification, row, aheadMs, (field, value) =>
        wasOurs(sql, run.workspaceId, { ref: object, sourceId: record.sourceId }, field, value),
      );
      const comparisons = withLook(explained, record.look).filter(({ field }) => !ignored.has(field));
      const settled = settleLate(comparisons, record, scope);
      const links = linksReadBack(namedLinks(payload, context), settled.comparisons);
      verified.push({ id: record.id, sourceId: record.sourceId, ...settled, links });
      if (verified.length >= 100) await store();
    });
  } finally {
    await store();
    await context.flushCalls();
  }
}

/** The tries of a record count its looks: claiming adds one, and what is settled starts anew. */
function settleLate(
  comparisons: Comparison[],
  { attempts }: Pick<ClaimedRecord, 'attempts'>,
  { deps, run }: BatchScope,
): Pick<VerifiedRecord, 'comparisons' | 'lookAgainAt'> {
  if (!comparisons.some((comparison) => comparison.class === 'late'))
    return { comparisons, lookAgainAt: null };
  const pauseMs = lookAgainMs(attempts - 1, run.settings.search_lag_seconds);
  if (pauseMs !== null) return { comparisons, lookAgainAt: new Date(deps.clock.now().getTime() + pauseMs) };
  const settled = comparisons.map((comparison) =>
    comparison.class === 'late' ? { ...comparison, class: 'missing' as const } : comparison,
  );
  return { comparisons: settled, lookAgainAt: null };
}

/** How fresh lists are is not documented: what a page shows as different is read by id before it counts. */
async function lookAt(
  payload: Payload,
  row: LoadedRow,
  pages: LoadContext,
  context: LoadContext,
): Promise<Verification | null> {
  const destination = destinationOf(payload);
  const seen = await destination.verify(payload, row, pages);
  const differs = seen?.comparisons.some((comparison) => UNEXPLAINED.includes(comparison.class)) === true;
  const isListed = payload.resource === 'contacts' || payload.resource === 'custom_object_instances';
  return differs && isListed ? destination.verify(payload, row, context) : seen;
}

/**
 * A record that is not there is one missing value, unless Intercom has told that people deleted it; a difference that a
 * person made since is theirs.
 */
async function explain(
  verification: Verification | null,
  row: LoadedRow | undefined,
  aheadMs: number,
  wasOurs: OurWrites['wasOurs'],
): Promise<Comparison[]> {
  if (verification === null && row !== undefined && goneSince(row.facts, row.destinationId) !== undefined) {
    const said = { expected: row.destinationId, actual: 'deleted_in_intercom' };
    return [{ field: 'record', class: 'changed_in_intercom', ...said }];
  }
  if (verification === null || row === undefined)
    return [{ field: 'record', class: 'missing', expected: row?.destinationId ?? null, actual: null }];
  const onTheirClock = (at: Date) => Math.floor((at.getTime() + aheadMs) / 1000);
  const [lastAt, beganAt] = [onTheirClock(row.updatedAt), onTheirClock(row.beganAt)];
  return whoseChange(verification, { lastAt, beganAt, wasOurs });
}

/** What people changed before our last write was left as they made it. */
function withLook(comparisons: Comparison[], look: StoredLook | null): Comparison[] {
  const kept = new Set(look?.kept.map(({ field }) => field));
  return comparisons.map((comparison) =>
    kept.has(comparison.field) && UNEXPLAINED.includes(comparison.class)
      ? { ...comparison, class: 'changed_in_intercom' }
      : comparison,
  );
}

async function loadedRows(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, LoadedRow>> {
  const rows = await sql<LoadedRow[]>`
    select m.source_id as "sourceId", m.destination_id as "destinationId", m.facts, m.origin, m.updated_at as "updatedAt",
      coalesce(r.created_at, m.updated_at) as "beganAt", now() as now
    from id_map m left join runs r on r.id = m.created_in_run and r.workspace_id = m.workspace_id
    where m.workspace_id = ${workspaceId} and m.object = ${object} and m.source_id = any(${ids})`;
  return new Map(rows.map((row) => [row.sourceId, row]));
}

const WORTH_A_FINDING: readonly DifferenceClass[] = [...UNSETTLED, 'lossy_by_design', 'changed_in_intercom'];

/** Replaces what an earlier look said about these records. */
async function storeVerified(scope: BatchScope, verified: VerifiedRecord[]): Promise<void> {
  if (verified.length === 0) return;
  const { run, object, token } = scope;
  const counts = verified.map(({ id, comparisons, lookAgainAt }) => {
    const verification: Partial<Record<DifferenceClass, number>> = {};
    for (const comparison of comparisons)
      verification[comparison.class] = (verification[comparison.class] ?? 0) + 1;
    return { id, verification, files: filesOf(comparisons), not_before: lookAgainAt };
  });
  const findings = verified.flatMap(({ sourceId, comparisons }) =>
    comparisons
      .filter((comparison) => WORTH_A_FINDING.includes(comparison.class))
      .map((comparison) => ({
        source_id: sourceId,
        class: comparison.class,
        field: comparison.field,
        expected: comparison.expected ?? null,
        actual: comparison.actual ?? null,
      })),
  );
  const place = { workspaceId: run.workspaceId, runId: run.id, object };
  await scope.deps.db.sql.begin(async (tx) => {
    // Before the records are done: a record that another worker has taken over is its business.
    await keepLinks(tx, place, verified);
    await tx`
      delete from findings where workspace_id = ${run.workspaceId} and run_id = ${run.id} and object = ${object}
        and source_id = any(${verified.map((record) => record.sourceId)}) and repaired_at is null`;
    if (findings.length > 0) {
      await tx`
        insert into findings (workspace_id, run_id, object, source_id, class, field, expected, actual)
        select ${run.workspaceId}, ${run.id}::uuid, ${object}, source_id, class, field, expected, actual
        from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb)
          as v(source_id text, class text, field text, expected jsonb, actual jsonb)`;
    }
    await tx`
      update run_records r set verification = v.verification, files = v.files, lease_token = null, updated_at = now(), not_before = v.not_before,
        step = case when v.not_before is null then 'done' else 'verify' end,
        attempts = case when v.not_before is null then 0 else r.attempts end
      from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as v(id bigint, verification jsonb, files jsonb, not_before timestamptz)
      where r.id = v.id and r.lease_token = ${token}`;
  });
}

/** How many files were compared by their bytes, and of the others why not; null for a record without files. */
function filesOf(comparisons: readonly Comparison[]): Record<string, number> | null {
  const counts: Record<string, number> = {};
  for (const { file } of comparisons) if (file !== undefined) counts[file] = (counts[file] ?? 0) + 1;
  return Object.keys(counts).length === 0 ? null : counts;
}
