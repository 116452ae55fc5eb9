import type { Queryable } from '../../db/client.ts';
import { enqueue } from '../../db/queue.ts';
import type { HypercareFacts } from '../../db/schema/cutover.ts';
import type { RunState } from '../../db/schema/runs.ts';
import { AppError, UserError } from '../../errors.ts';
import { sumVerification } from '../runs/balance.ts';
import type { Deps } from '../deps.ts';
import { startRun } from '../runs/runs.ts';
import { WORKING_STATES } from '../runs/run-state.ts';
import type { HypercareDay } from './documents.ts';
import { lookAtSource, readSoFar } from './source-looks.ts';

/** Days after sign-off in which the migration is looked at once a day. */
export const HYPERCARE_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Records of each object that a daily check reads back: enough to notice, cheap enough for a live workspace. */
const CHECKED_PER_OBJECT = 50;
/** When another run is active, the check waits for it. */
const AGAIN_MS = 60 * 60 * 1000;

export async function planHypercare(
  tx: Queryable,
  signed: { workspaceId: string; signOffId: string; at: Date },
): Promise<void> {
  const { workspaceId, signOffId, at } = signed;
  for (let day = 1; day <= HYPERCARE_DAYS; day += 1) {
    const dueAt = new Date(at.getTime() + day * DAY_MS);
    await tx`
      insert into hypercare_checks (workspace_id, sign_off_id, day, due_at)
      values (${workspaceId}, ${signOffId}, ${day}, ${dueAt})`;
    await planCheck(tx, { workspaceId, signOffId, day }, dueAt);
  }
}

type CheckKey = { workspaceId: string; signOffId: string; day: number };

function planCheck(tx: Queryable, check: CheckKey, runAt: Date): Promise<void> {
  return enqueue(tx, 'hypercare_check', check, {
    jobKey: `hypercare:${check.signOffId}:${check.day}`,
    runAt,
  });
}

/**
 * One day's check: a verification of some records of every object in the name of whoever signed off, what is rejected,
 * what agents reported, and whether Infraon still changes although it was closed. Does nothing for a day that was
 * checked, or once the sign-off is revoked. A check that was interrupted goes on with the verification it has started.
 */
export async function checkHypercare(deps: Deps, check: CheckKey): Promise<void> {
  const { sql } = deps.db;
  const { workspaceId, signOffId, day } = check;
  const [open] = await sql<{ signedBy: string; since: Date; runId: string | null }[]>`
    select s.signed_by as "signedBy", h.due_at - interval '1 day' as since, h.run_id as "runId"
    from hypercare_checks h join sign_offs s on s.id = h.sign_off_id
    where h.workspace_id = ${workspaceId} and h.sign_off_id = ${signOffId} and h.day = ${day} and h.checked_at is null
      and s.revoked_at is null and s.erased_at is null`;
  if (open === undefined) return;
  if (open.runId === null && !(await verifySome(deps, check, open.signedBy))) {
    await planCheck(sql, check, new Date(deps.clock.now().getTime() + AGAIN_MS));
    return;
  }
  const [counts] = await sql<{ rejections: number; reports: number }[]>`
    select (select count(*)::int from run_records where workspace_id = ${workspaceId} and outcome in ('rejected', 'waiting')
        and updated_at >= ${open.since}) as rejections,
      (select count(*)::int from agent_reports where workspace_id = ${workspaceId} and created_at >= ${open.since}) as reports`;
  const facts: HypercareFacts = {
    rejections: counts?.rejections ?? 0,
    reports: counts?.reports ?? 0,
    ...(await sourceSince(deps, workspaceId)),
  };
  await sql`
    update hypercare_checks set checked_at = ${deps.clock.now()}, facts = ${JSON.stringify(facts)}::jsonb
    where workspace_id = ${workspaceId} and sign_off_id = ${signOffId} and day = ${day} and checked_at is null`;
}

/** False while another run is active. */
async function verifySome(deps: Deps, check: CheckKey, adminId: string): Promise<boolean> {
  const { workspaceId, signOffId, day } = check;
  const actor = { workspaceId, adminId, role: 'owner' as const };
  try {
    await startRun(deps, actor, { kind: 'verify', limit: CHECKED_PER_OBJECT }, async (tx, runId) => {
      await tx`
        update hypercare_checks set run_id = ${runId}
        where workspace_id = ${workspaceId} and sign_off_id = ${signOffId} and day = ${day}`;
    });
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === 'run_active') return false;
    throw error;
  }
}

/** A desk that is gone or closed to us after the cut-over is no failure: then it is said that it was not asked. */
async function sourceSince(
  deps: Deps,
  workspaceId: string,
): Promise<Pick<HypercareFacts, 'changed_at_source' | 'not_asked'>> {
  try {
    const [seen, read] = await Promise.all([
      lookAtSource(deps, workspaceId),
      readSoFar(deps.db.sql, workspaceId),
    ]);
    const changed = seen.filter(({ object, newest }) => {
      const known = read.get(object)?.newest ?? null;
      return newest !== null && (known === null || new Date(newest) > known);
    });
    return {
      changed_at_source: changed.map(({ object }) => object),
      not_asked: seen.filter(({ problem }) => problem !== null).map(({ object }) => object),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { changed_at_source: [], not_asked: ['everything'] };
  }
}

interface DayRow {
  day: number;
  dueAt: Date;
  checkedAt: Date | null;
  runId: string | null;
  facts: HypercareFacts | null;
  runState: RunState | null;
}

/** The days of one sign-off, each with what its check found. */
export async function hypercareDays(
  sql: Queryable,
  workspaceId: string,
  signOffId: string,
): Promise<HypercareDay[]> {
  const rows = await sql<DayRow[]>`
    select h.day, h.due_at as "dueAt", h.checked_at as "checkedAt", h.run_id as "runId", h.facts, runs.state as "runState"
    from hypercare_checks h left join runs on runs.id = h.run_id and runs.workspace_id = h.workspace_id
    where h.workspace_id = ${workspaceId} and h.sign_off_id = ${signOffId} order by h.day`;
  return Promise.all(
    rows.map(async (row) => ({
      day: row.day,
      due_at: row.dueAt.toISOString(),
      checked_at: row.checkedAt?.toISOString() ?? null,
      run_id: row.runId,
      ...(await resultOf(sql, workspaceId, row)),
    })),
  );
}

async function resultOf(
  sql: Queryable,
  workspaceId: string,
  { facts, runId, runState }: DayRow,
): Promise<Pick<HypercareDay, 'state' | 'detail'>> {
  if (facts === null || runId === null || runState === null) return { state: 'due', detail: '' };
  const verification = await sumVerification(sql, workspaceId, runId);
  const differences = verification.mismatch + verification.missing + verification.extra;
  const problems = [
    ...(differences === 0 ? [] : [`${differences} of ${verification.checked} values differ`]),
    ...(runState === 'completed' || WORKING_STATES.includes(runState)
      ? []
      : [`the verification is ${runState.replaceAll('_', ' ')}`]),
    ...(facts.rejections === 0 ? [] : [`${facts.rejections} newly rejected`]),
    ...(facts.reports === 0 ? [] : [`${facts.reports} reported missing by agents`]),
    ...(facts.changed_at_source.length === 0
      ? []
      : [`Infraon was changed after the last delta: ${facts.changed_at_source.join(', ')}`]),
  ];
  const edited = verification.changed_in_intercom;
  const theirs = edited === 0 ? '' : ` ${edited} changed by people in Intercom, and left as they are.`;
  const asked =
    facts.not_asked.length === 0 ? '' : ` Infraon was not asked for: ${facts.not_asked.join(', ')}.`;
  if (problems.length > 0) return { state: 'attention', detail: `${problems.join('; ')}.${theirs}${asked}` };
  if (WORKING_STATES.includes(runState)) return { state: 'running', detail: 'Records are being read back.' };
  return {
    state: 'clean',
    detail: `${verification.checked} values read back, none differs.${theirs}${asked}`,
  };
}
