import { randomUUID } from 'node:crypto';
import type { Queryable } from './client.ts';
import { LeaseLostError } from '../errors.ts';
import { enqueueAdvance } from './queue.ts';
import type { RecordStep, StoredLook, StoredWarning } from './schema/runs.ts';

/**
 * A batch is held by a short lease of our own. graphile-worker keeps a killed worker's jobs locked for hours; a lease
 * is gone within seconds, whatever the queue believes.
 */
export const LEASE_MS = 8_000;
/** Heartbeats per lease: it outlives three that are missed. */
export const HEARTBEATS_PER_LEASE = 4;
/** The last part of a lease in which nothing is sent any more: room for what lies between the check and the socket. */
const FENCE_MARGIN = 1 / 8;

/** A moment by both clocks: the monotonic one stands still while a machine sleeps, the other one can be set. */
export interface Moment {
  monotonicMs: number;
  wallMs: number;
}

export function moment(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}

/**
 * What a worker knows of its own lease without asking: until when it surely lasts. A process that was frozen between
 * its intent and its call (SIGSTOP, a long pause, a suspended machine) finds out here, before the call leaves.
 */
export interface Fence {
  /** Throws `LeaseLostError` when the lease may be over. */
  check: () => void;
  /** The lease was extended by a request that was made at `askedAt`. */
  renew: (askedAt: Moment) => void;
}

export function createFence(leaseMs: number, claimedAt: Moment): Fence {
  let since = claimedAt;
  return {
    check() {
      const now = moment();
      const agedMs = Math.max(now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
      if (agedMs < leaseMs * (1 - FENCE_MARGIN)) return;
      throw new LeaseLostError('The lease may have ended: nothing more is sent', { code: 'lease_lost' });
    },
    renew(askedAt) {
      since = askedAt;
    },
  };
}

export interface ClaimedRecord {
  id: number;
  object: string;
  sourceId: string;
  displayId: string | null;
  mapped: Record<string, unknown> | null;
  mappedHash: string | null;
  warnings: StoredWarning[];
  look: StoredLook | null;
  take: 'infraon' | 'intercom' | null;
  attempts: number;
}

export interface Batch {
  token: string;
  records: ClaimedRecord[];
  /** Whether records may be left that would have been claimed but for the limits of a batch. */
  isFull: boolean;
}

export interface BatchRequest {
  workspaceId: string;
  runId: string;
  object: string;
  step: RecordStep;
  worker: string;
  size: number;
  /** What the records of a batch may take in the database, compressed as they lie there; one record always fits. */
  maxBytes?: number;
  leaseMs?: number;
}

/**
 * Claims up to `size` records that wait for `step`, oldest first, skipping what another worker holds. A worker has its
 * batch in memory, so long threads make a batch of fewer records: the bytes are those of what the step reads, the raw
 * record before mapping and the payload after it (`pg_column_size` does not unpack them). No lease is taken for nothing.
 */
export async function claimBatch(sql: Queryable, request: BatchRequest): Promise<Batch> {
  const token = randomUUID();
  const { workspaceId, runId, object, step, worker, size, leaseMs = LEASE_MS } = request;
  const { maxBytes = Number.MAX_SAFE_INTEGER } = request;
  const readsPayload = step !== 'extract' && step !== 'map';
  const rows = await sql<(ClaimedRecord & { left: boolean })[]>`
    with ready as materialized (
      select id, case when ${readsPayload} then pg_column_size(mapped) else (
          select pg_column_size(s.raw) from source_records s
          where s.workspace_id = c.workspace_id and s.object = c.object and s.source_id = c.source_id) end as bytes
      from run_records c
      where workspace_id = ${workspaceId} and run_id = ${runId} and object = ${object} and step = ${step}
        and lease_token is null and (not_before is null or not_before <= now())
      order by id limit ${size}
      for update skip locked
    ), measured as (
      select id, sum(coalesce(bytes, 0)) over (order by id) - coalesce(bytes, 0) as before from ready
    ), claimed as (
      select id from measured where before < ${maxBytes}::bigint
    ), lease as (
      insert into leases (token, workspace_id, run_id, object, step, worker, expires_at)
      select ${token}::uuid, ${workspaceId}::text, ${runId}::uuid, ${object}::text, ${step}::text, ${worker}::text, now() + ${leaseMs} * interval '1 millisecond'
      where exists (select 1 from claimed)
    )
    update run_records r set lease_token = ${token}, attempts = r.attempts + 1
    from claimed where r.id = claimed.id
    returning r.id, r.object, r.source_id as "sourceId", r.display_id as "displayId",
      case when ${readsPayload} then r.mapped end as mapped, r.mapped_hash as "mappedHash", r.warnings, r.look, r.take,
      r.attempts,
      (select count(*) from claimed) < (select count(*) from ready) as left`;
  return {
    token,
    records: rows.map(({ left: _, ...row }) => ({ ...row, id: Number(row.id) })).sort((a, b) => a.id - b.id),
    isFull: rows.length === size || rows[0]?.left === true,
  };
}

/** Claims a piece of work of a run that only one worker may do at a time. Null when somebody has it. */
export async function claimExclusive(
  sql: Queryable,
  request: { workspaceId: string; runId: string; work: string; worker: string; leaseMs?: number },
): Promise<string | null> {
  const { workspaceId, runId, work, worker, leaseMs = LEASE_MS } = request;
  const token = randomUUID();
  const rows = await sql`
    insert into leases (token, workspace_id, run_id, object, step, worker, expires_at)
    values (${token}, ${workspaceId}, ${runId}, ${work}, 'exclusive', ${worker}, now() + ${leaseMs} * interval '1 millisecond')
    on conflict (run_id, object) where step = 'exclusive' do update
      set token = excluded.token, worker = excluded.worker, expires_at = excluded.expires_at
      where leases.expires_at < now()
    returning token`;
  return rows.length === 0 ? null : token;
}

export interface Heartbeat {
  /** False when the lease is gone: stop writing. */
  held: boolean;
  runState: string | null;
}

/** Extends the lease; says whether it was still ours and what became of the run meanwhile. */
export async function heartbeat(
  sql: Queryable,
  token: string,
  leaseMs: number = LEASE_MS,
): Promise<Heartbeat> {
  const rows = await sql<{ state: string }[]>`
    update leases l set expires_at = now() + ${leaseMs} * interval '1 millisecond'
    from runs r where l.token = ${token} and l.expires_at > now() and r.id = l.run_id
    returning r.state`;
  return { held: rows.length > 0, runState: rows[0]?.state ?? null };
}

/** Gives a batch back: records it did not settle can be claimed again, at once or not before `retryAt`. */
export async function releaseLease(
  sql: Queryable,
  token: string,
  retryAt: Date | null = null,
): Promise<void> {
  await sql`
    update run_records set lease_token = null, not_before = coalesce(${retryAt}::timestamptz, not_before)
    where lease_token = ${token}`;
  await sql`delete from leases where token = ${token}`;
}

/** Frees the records of dead workers and wakes their runs. Every worker calls this every few seconds. */
export async function releaseExpiredLeases(sql: Queryable): Promise<number> {
  const expired = await sql<{ workspaceId: string; runId: string }[]>`
    with expired as (
      delete from leases where expires_at < now() - interval '500 milliseconds'
      returning token, workspace_id, run_id
    ), freed as (
      update run_records r set lease_token = null from expired e where r.lease_token = e.token
    )
    select distinct workspace_id as "workspaceId", run_id as "runId" from expired`;
  for (const run of expired) await enqueueAdvance(sql, run);
  return expired.length;
}

/** Workspaces that have a run at work: they share what the workers can do. */
export async function workingWorkspaces(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ workspaceId: string }[]>`
    select distinct workspace_id as "workspaceId" from runs where state in ('queued', 'running', 'verifying')`;
  return rows.map(({ workspaceId }) => workspaceId);
}

/**
 * Wakes runs that should be at work while nobody is: the job that would have gone on died with its process, and
 * graphile-worker keeps such a job locked for hours. Every worker calls this every few seconds.
 */
export async function wakeIdleRuns(sql: Queryable): Promise<number> {
  const idle = await sql<{ workspaceId: string; runId: string }[]>`
    select r.workspace_id as "workspaceId", r.id as "runId" from runs r
    where r.state in ('queued', 'running', 'verifying')
      and not exists (select 1 from leases l where l.run_id = r.id)
      and not exists (
        select 1 from graphile_worker.jobs j
        where j.key = any(array['advance:' || r.id, 'advance-later:' || r.id]) and j.locked_at is null)`;
  for (const run of idle) await enqueueAdvance(sql, run);
  return idle.length;
}
