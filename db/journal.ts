import { LeaseLostError, TransientError, messageOf } from '../errors.ts';
import type { Queryable } from './client.ts';
import { jsonbText } from './jsonb.ts';
import type { Sql } from 'postgres';
import type { RecordOutcome, RecordStep, StoredReason, StoredWarning } from './schema/runs.ts';

/**
 * The two tables whose write order matters. (1) An intent row is committed before a call to Intercom, (2) the call is
 * made, (3) its outcome, the id map and the record are settled in one transaction. Writes of many records that run at
 * the same time share a transaction (group commit), so a call costs a fraction of a commit.
 */
export interface Intent {
  workspaceId: string;
  runId: string;
  object: string;
  sourceId: string;
  step: string;
  operation: string;
  identity: Record<string, unknown>;
}

export interface Settlement {
  journalId: string;
  /** `done`: carried out; `refused`: Intercom said no; `void`: proven not to have happened. */
  state: 'done' | 'refused' | 'void';
  destinationId?: string | null;
  prior?: Record<string, unknown> | null;
  result?: Record<string, unknown> | null;
}

export interface IdMapEntry {
  workspaceId: string;
  runId: string;
  object: string;
  sourceId: string;
  displayId: string | null;
  resource: string;
  destinationId: string;
  facts: Record<string, unknown>;
  state: 'partial' | 'complete';
  origin: 'created' | 'adopted';
  loadedHash: string | null;
}

export interface RecordChange {
  recordId: number;
  step: RecordStep;
  outcome: RecordOutcome;
  reasonCode?: string | null;
  reason?: StoredReason | null;
  waitsFor?: string | null;
  warnings?: StoredWarning[];
  notBefore?: Date | null;
  /** Tries are counted anew: this one brought the record on, or only waited for what must be over. */
  startsOver?: boolean;
}

export interface LedgerWrite {
  leaseToken: string;
  settle?: Settlement[];
  idMap?: IdMapEntry;
  intent?: Intent;
  record?: RecordChange;
}

export interface LedgerWriter {
  /**
   * Commits one write, together with whatever else is waiting. Resolves to the id of the intent's journal row. Throws
   * `LeaseLostError` when the batch is no longer ours: then nothing was planned or settled for the record, only the
   * outcome of the call that was already made is kept.
   */
  write(entry: LedgerWrite): Promise<string | null>;
}

interface Waiting {
  entry: LedgerWrite;
  resolve: (journalId: string | null) => void;
  reject: (error: unknown) => void;
}

const MAX_GROUP = 400;

export function createLedgerWriter(sql: Sql): LedgerWriter {
  let queue: Waiting[] = [];
  let flushing = false;

  async function flush(): Promise<void> {
    flushing = true;
    // Let every record that is ready in this turn of the event loop join the group.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const group = queue.slice(0, MAX_GROUP);
      queue = queue.slice(MAX_GROUP);
      try {
        const results = await commitGroup(
          sql,
          group.map((waiting) => waiting.entry),
        );
        group.forEach((waiting, index) => {
          const result = results[index];
          if (result === undefined || result === 'lost') waiting.reject(leaseLost());
          else waiting.resolve(result.journalId);
        });
      } catch (cause) {
        const error = new TransientError(`The ledger could not be written: ${messageOf(cause)}`, {
          code: 'ledger_unavailable',
          outcomeUnknown: true,
          cause,
        });
        for (const waiting of group) waiting.reject(error);
      }
    }
    flushing = false;
  }

  return {
    write(entry) {
      return new Promise((resolve, reject) => {
        queue.push({ entry, resolve, reject });
        if (!flushing) void flush();
      });
    },
  };
}

function leaseLost(): LeaseLostError {
  return new LeaseLostError('Another worker may own this batch now', { code: 'lease_lost' });
}

type GroupResult = { journalId: string | null } | 'lost';

interface WrittenRow {
  lease: string | null;
  id: string | null;
  runId: string | null;
  object: string | null;
  sourceId: string | null;
  step: string | null;
}

/**
 * One statement, so that a group costs one round trip and one commit. Every part goes by `held`: what a worker without
 * lease plans or settles for a record is dropped. Of its last call the outcome is kept, and what it created is added
 * without overwriting what the new owner wrote.
 */
async function commitGroup(sql: Queryable, entries: LedgerWrite[]): Promise<GroupResult[]> {
  const leases = [...new Set(entries.map((entry) => entry.leaseToken))];
  const rows = await sql<WrittenRow[]>`
    with held as materialized (
      select token from leases where token = any(${leases}::uuid[]) and expires_at > now() for share
    ), settled as (
      update load_journal j
      set state = v.state, destination_id = v.destination_id, prior = coalesce(v.prior, j.prior), result = v.result, settled_at = now()
      from jsonb_to_recordset(${settlementsOf(entries)}::jsonb)
        as v(id bigint, state text, destination_id text, prior jsonb, result jsonb)
      where j.id = v.id and j.state = 'intent'
    ), known as materialized (
      select v.*, exists (select 1 from held where held.token = v.lease) as ours
      from jsonb_to_recordset(${idMapOf(entries)}::jsonb) as v(lease uuid, workspace_id text, run_id uuid, object text,
        source_id text, display_id text, resource text, destination_id text, facts jsonb, state text, origin text,
        loaded_hash text)
    ), replaced as (
      insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin,
        loaded_hash, created_in_run)
      select workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin, loaded_hash, run_id
      from known where ours
      on conflict (workspace_id, object, source_id) do update set destination_id = excluded.destination_id,
        display_id = excluded.display_id, facts = excluded.facts, state = excluded.state,
        loaded_hash = excluded.loaded_hash, updated_at = now()
    ), kept as (
      insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin,
        loaded_hash, created_in_run)
      select workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin, loaded_hash, run_id
      from known where not ours
      on conflict (workspace_id, object, source_id) do nothing
    ), changed as (
      update run_records r
      set step = v.step, outcome = v.outcome, reason_code = v.reason_code, reason = v.reason, waits_for = v.waits_for,
        warnings = coalesce(v.warnings, r.warnings), not_before = v.not_before, lease_token = null, updated_at = now(),
        attempts = case when v.step = 'verify' or v.starts_over then 0 else r.attempts end
      from jsonb_to_recordset(${changesOf(entries)}::jsonb) as v(id bigint, lease uuid, step text, outcome text,
        reason_code text, reason jsonb, waits_for text, warnings jsonb, not_before timestamptz, starts_over boolean)
      where r.id = v.id and r.lease_token = v.lease and v.lease in (select token from held)
    ), planned as (
      insert into load_journal (workspace_id, run_id, object, source_id, step, operation, state, identity)
      select workspace_id, run_id, object, source_id, step, operation, 'intent', identity
      from jsonb_to_recordset(${intentsOf(entries)}::jsonb) as v(lease uuid, workspace_id text, run_id uuid, object text,
        source_id text, step text, operation text, identity jsonb)
      where v.lease in (select token from held)
      returning id, run_id, object, source_id, step
    )
    select token as lease, null::bigint as id, null::uuid as "runId", null as object, null as "sourceId", null as step from held
    union all
    select null, id, run_id, object, source_id, step from planned`;

  const held = new Set(rows.map((row) => row.lease));
  const journalIds = new Map(rows.map((row) => [keyOf(row), row.id]));
  return entries.map(({ leaseToken, intent }) => {
    if (!held.has(leaseToken)) return 'lost';
    return { journalId: intent === undefined ? null : (journalIds.get(keyOf(intent)) ?? null) };
  });
}

/** Source ids are unique within a tenant only; a run is one tenant's. */
function keyOf(row: Pick<WrittenRow, 'runId' | 'object' | 'sourceId' | 'step'>): string {
  return JSON.stringify([row.runId, row.object, row.sourceId, row.step]);
}

function settlementsOf(entries: LedgerWrite[]): string {
  return jsonbText(
    entries
      .flatMap((entry) => entry.settle ?? [])
      .map((settlement) => ({
        id: settlement.journalId,
        state: settlement.state,
        destination_id: settlement.destinationId ?? null,
        prior: settlement.prior ?? null,
        result: settlement.result ?? null,
      })),
  );
}

/** One row for each record and lease: a statement may not write one row twice. */
function idMapOf(entries: LedgerWrite[]): string {
  const rows = new Map<string, Record<string, unknown>>();
  for (const { leaseToken, idMap } of entries) {
    if (idMap === undefined) continue;
    rows.set(JSON.stringify([leaseToken, idMap.object, idMap.sourceId]), {
      lease: leaseToken,
      workspace_id: idMap.workspaceId,
      run_id: idMap.runId,
      object: idMap.object,
      source_id: idMap.sourceId,
      display_id: idMap.displayId,
      resource: idMap.resource,
      destination_id: idMap.destinationId,
      facts: idMap.facts,
      state: idMap.state,
      origin: idMap.origin,
      loaded_hash: idMap.loadedHash,
    });
  }
  return jsonbText([...rows.values()]);
}

function intentsOf(entries: LedgerWrite[]): string {
  return jsonbText(
    entries.flatMap(({ leaseToken, intent }) =>
      intent === undefined
        ? []
        : [
            {
              lease: leaseToken,
              workspace_id: intent.workspaceId,
              run_id: intent.runId,
              object: intent.object,
              source_id: intent.sourceId,
              step: intent.step,
              operation: intent.operation,
              identity: intent.identity,
            },
          ],
    ),
  );
}

function changesOf(entries: LedgerWrite[]): string {
  return jsonbText(
    entries.flatMap(({ leaseToken, record }) =>
      record === undefined
        ? []
        : [
            {
              id: record.recordId,
              lease: leaseToken,
              step: record.step,
              outcome: record.outcome,
              reason_code: record.reasonCode ?? null,
              reason: record.reason ?? null,
              waits_for: record.waitsFor ?? null,
              warnings: record.warnings ?? null,
              not_before: record.notBefore ?? null,
              starts_over: record.startsOver ?? false,
            },
          ],
    ),
  );
}
