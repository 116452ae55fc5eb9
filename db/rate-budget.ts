import type { Queryable } from './client.ts';

/**
 * One budget per workspace, in one row, shared by every process. A process takes a slice at a time and spends it from
 * memory, so a call costs no round trip. Intercom hands its budget out in windows of ten seconds (`X-RateLimit-*`).
 */
export const WINDOW_MS = 10_000;
/** Until a header says otherwise: 10,000 calls a minute, a sixth of it per window. */
export const DEFAULT_WINDOW_LIMIT = 1_667;

export interface BudgetGrant {
  calls: number;
  windowEndsAtMs: number;
}

/**
 * Takes up to `calls` of the current window's share; opens the next window when the last one has ended. The share is
 * asked for when the workspace has no budget yet; afterwards it stands in the row.
 */
export async function acquireCalls(
  sql: Queryable,
  workspaceId: string,
  calls: number,
  shareAtFirst: () => Promise<number>,
): Promise<BudgetGrant> {
  const rows = await takeSlice(sql, workspaceId, calls);
  if (rows.length === 0) {
    const share = await shareAtFirst();
    await sql`
      insert into rate_budgets (workspace_id, call_limit, window_ends_at, share_percent)
      values (${workspaceId}, ${DEFAULT_WINDOW_LIMIT}, now() - interval '1 second', ${Math.round(share * 100)})
      on conflict (workspace_id) do nothing`;
    rows.push(...(await takeSlice(sql, workspaceId, calls)));
  }
  const row = rows[0];
  return { calls: row?.taken ?? 0, windowEndsAtMs: row?.endsAt.getTime() ?? 0 };
}

/**
 * The row is locked first, so that what is granted is computed from its newest version. Windows follow each other on
 * Intercom's own grid: a window of ours that straddled two of theirs would spend twice in one.
 */
async function takeSlice(
  sql: Queryable,
  workspaceId: string,
  calls: number,
): Promise<{ taken: number; endsAt: Date }[]> {
  return [
    ...(await sql<{ taken: number; endsAt: Date }[]>`
      with budget as (
        select * from rate_budgets where workspace_id = ${workspaceId} for update
      ), clock as (
        select *, window_ends_at <= clock_timestamp() as rolled, clock_timestamp() - window_ends_at as late from budget
      ), slice as (
        select granted as last_granted, rolled,
          case when rolled then 0 else granted end as granted,
          case when rolled then window_ends_at
              + (floor(extract(epoch from late) * 1000 / ${WINDOW_MS}) + 1) * ${WINDOW_MS} * interval '1 millisecond'
            else window_ends_at end as ends_at,
          greatest(0, least(${calls}::int,
            floor(call_limit * share_percent / 100.0)::int - case when rolled then 0 else granted end)) as taken
        from clock
      )
      update rate_budgets b
      set granted = s.granted + s.taken, window_ends_at = s.ends_at, updated_at = now(),
        previous_granted = case when s.rolled then s.last_granted else b.previous_granted end
      from slice s where b.workspace_id = ${workspaceId}
      returning s.taken, b.window_ends_at as "endsAt"`),
  ];
}

/**
 * Learns from an answer's headers: the limit, and when Intercom's window ends. A 429 means the window is used up, by
 * whomever: nothing more is granted before its reset. Fewer calls left than we still meant to grant means that other apps
 * are busy: what is left is all that is granted in this window. A reset in the past, or further away than one window, is ignored,
 * so that no process spins on it or sleeps for it.
 */
export async function reportHeaders(
  sql: Queryable,
  workspaceId: string,
  headers: { limit?: number; remaining?: number; resetAtMs?: number },
  refused: boolean,
): Promise<void> {
  const limit = headers.limit === undefined || headers.limit <= 0 ? null : Math.floor(headers.limit);
  const remaining = headers.remaining === undefined ? null : Math.floor(headers.remaining);
  const resetAt = headers.resetAtMs === undefined ? null : new Date(headers.resetAtMs);
  await sql`
    update rate_budgets set
      call_limit = coalesce(${limit}::int, call_limit),
      granted = case
        when ${refused} then greatest(granted, coalesce(${limit}::int, call_limit))
        when ${remaining}::int is not null
          and (${resetAt}::timestamptz is null or abs(extract(epoch from ${resetAt}::timestamptz - window_ends_at)) <= 1)
          then greatest(granted, floor(coalesce(${limit}::int, call_limit) * share_percent / 100.0)::int - ${remaining}::int)
        else granted end,
      window_ends_at = case
        when ${resetAt}::timestamptz > now() and ${resetAt}::timestamptz <= now() + ${WINDOW_MS + 1_000} * interval '1 millisecond'
          then ${resetAt}::timestamptz
        when ${refused} then now() + ${WINDOW_MS} * interval '1 millisecond'
        else window_ends_at end,
      updated_at = now()
    where workspace_id = ${workspaceId}`;
}

/** The owner's share, effective from the next slice on. */
export async function setShare(sql: Queryable, workspaceId: string, share: number): Promise<void> {
  await sql`update rate_budgets set share_percent = ${Math.round(share * 100)} where workspace_id = ${workspaceId}`;
}
