import { LeaseLostError, TransientError, messageOf } from '../errors.ts';
import type { Queryable } from './client.ts';
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
        const results = await sql.begin((tx) =>
          commitGroup(
            tx,
            group.map((waiting) => waiting.entry),
          ),
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

async function commitGroup(tx: Queryable, entries: LedgerWrite[]): Promise<GroupResult[]> {
  const tokens = [...new Set(entries.map((entry) => entry.leaseToken))];
  const held = await tx<{ token: string }[]>`
    select token from leases where token = any(${tokens}::uuid[]) and expires_at > now() for share`;
  const live = new Set(held.map((row) => row.token));
  const ours = entries.filter((entry) => live.has(entry.leaseToken));

  const settlements = entries.flatMap((entry) => entry.settle ?? []);
  if (settlements.length > 0) await settleJournal(tx, settlements);
  await writeIdMap(tx, ours, 'replace');
  await writeIdMap(
    tx,
    entries.filter((entry) => !live.has(entry.leaseToken)),
    'keep',
  );
  const changes = ours.flatMap((entry) =>
    entry.record === undefined ? [] : [{ ...entry.record, lease: entry.leaseToken }],
  );
  if (changes.length > 0) await changeRecords(tx, changes);
  const journalIds = await insertIntents(
    tx,
    ours.flatMap((entry) => (entry.intent === undefined ? [] : [entry.intent])),
  );

  return entries.map((entry) => {
    if (!live.has(entry.leaseToken)) return 'lost';
    return { journalId: entry.intent === undefined ? null : (journalIds.get(keyOf(entry.intent)) ?? null) };
  });
}

function keyOf(intent: { object: string; sourceId: string; step: string }): string {
  return JSON.stringify([intent.object, intent.sourceId, intent.step]);
}

async function settleJournal(tx: Queryable, settlements: Settlement[]): Promise<void> {
  await tx`
    update load_journal j
    set state = v.state, destination_id = v.destination_id, prior = v.prior, result = v.result, settled_at = now()
    from jsonb_to_recordset(${JSON.stringify(
      settlements.map((settlement) => ({
        id: settlement.journalId,
        state: settlement.state,
        destination_id: settlement.destinationId ?? null,
        prior: settlement.prior ?? null,
        result: settlement.result ?? null,
      })),
    )}::jsonb) as v(id bigint, state text, destination_id text, prior jsonb, result jsonb)
    where j.id = v.id and j.state = 'intent'`;
}

/** `keep`: a worker without lease may add what it created, and must not overwrite what the new owner wrote. */
async function writeIdMap(tx: Queryable, entries: LedgerWrite[], mode: 'replace' | 'keep'): Promise<void> {
  const rows = new Map<string, IdMapEntry>();
  for (const { idMap } of entries) {
    if (idMap !== undefined) rows.set(JSON.stringify([idMap.object, idMap.sourceId]), idMap);
  }
  if (rows.size === 0) return;
  const json = JSON.stringify(
    [...rows.values()].map((row) => ({
      workspace_id: row.workspaceId,
      run_id: row.runId,
      object: row.object,
      source_id: row.sourceId,
      display_id: row.displayId,
      resource: row.resource,
      destination_id: row.destinationId,
      facts: row.facts,
      state: row.state,
      origin: row.origin,
      loaded_hash: row.loadedHash,
    })),
  );
  const onConflict =
    mode === 'keep'
      ? tx`do nothing`
      : tx`do update set destination_id = excluded.destination_id, display_id = excluded.display_id, facts = excluded.facts,
          state = excluded.state, loaded_hash = excluded.loaded_hash, updated_at = now()`;
  await tx`
    insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin, loaded_hash, created_in_run)
    select workspace_id, object, source_id, display_id, resource, destination_id, facts, state, origin, loaded_hash, run_id
    from jsonb_to_recordset(${json}::jsonb) as v(workspace_id text, run_id uuid, object text, source_id text, display_id text,
      resource text, destination_id text, facts jsonb, state text, origin text, loaded_hash text)
    on conflict (workspace_id, object, source_id) ${onConflict}`;
}

async function insertIntents(tx: Queryable, intents: Intent[]): Promise<Map<string, string>> {
  if (intents.length === 0) return new Map();
  const rows = await tx<{ id: string; object: string; sourceId: string; step: string }[]>`
    insert into load_journal (workspace_id, run_id, object, source_id, step, operation, state, identity)
    select workspace_id, run_id, object, source_id, step, operation, 'intent', identity
    from jsonb_to_recordset(${JSON.stringify(
      intents.map((intent) => ({
        workspace_id: intent.workspaceId,
        run_id: intent.runId,
        object: intent.object,
        source_id: intent.sourceId,
        step: intent.step,
        operation: intent.operation,
        identity: intent.identity,
      })),
    )}::jsonb) as v(workspace_id text, run_id uuid, object text, source_id text, step text, operation text, identity jsonb)
    returning id, object, source_id as "sourceId", step`;
  return new Map(rows.map((row) => [keyOf(row), row.id]));
}

async function changeRecords(tx: Queryable, changes: (RecordChange & { lease: string })[]): Promise<void> {
  await tx`
    update run_records r
    set step = v.step, outcome = v.outcome, reason_code = v.reason_code, reason = v.reason, waits_for = v.waits_for,
      warnings = coalesce(v.warnings, r.warnings), not_before = v.not_before, lease_token = null, updated_at = now()
    from jsonb_to_recordset(${JSON.stringify(
      changes.map((change) => ({
        id: change.recordId,
        lease: change.lease,
        step: change.step,
        outcome: change.outcome,
        reason_code: change.reasonCode ?? null,
        reason: change.reason ?? null,
        waits_for: change.waitsFor ?? null,
        warnings: change.warnings ?? null,
        not_before: change.notBefore ?? null,
      })),
    )}::jsonb) as v(id bigint, lease uuid, step text, outcome text, reason_code text, reason jsonb, waits_for text,
      warnings jsonb, not_before timestamptz)
    where r.id = v.id and r.lease_token = v.lease`;
}
