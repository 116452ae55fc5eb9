import type { Queryable } from '../../db/client.ts';
import { enqueue } from '../../db/queue.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { ACTIVE_STATES } from '../runs/run-state.ts';
import { getSettingsFor } from '../settings.ts';
import { ERASURES } from './erasures.ts';
import { findSignOff } from './signed-off.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A run that reads back needs what would be erased. */
const AGAIN_MS = 60 * 60 * 1000;
/** Rows erased in one transaction. */
const ROWS_AT_A_TIME = 500;
/** Nobody of the workspace: the retention time did it. */
const BY_ITSELF = 'retention';

/** When staged texts go: after the retention time, and never while a daily check still needs them. */
export function erasureDue(signed: { signedAt: Date; hypercareEndsAt: Date }, retentionDays: number): Date {
  const due = signed.signedAt.getTime() + retentionDays * DAY_MS;
  return new Date(Math.max(due, signed.hypercareEndsAt.getTime() + DAY_MS));
}

/** The job looks every day whether the time has come, so that a changed setting counts without being told. */
export async function planErasure(
  tx: Queryable,
  signed: { workspaceId: string; signOffId: string; at: Date },
): Promise<void> {
  const { workspaceId, signOffId, at } = signed;
  await enqueue(
    tx,
    'erase_staged',
    { workspaceId, signOffId },
    { jobKey: `erase:${signOffId}`, runAt: new Date(at.getTime() + DAY_MS) },
  );
}

/**
 * Erases the staged texts of a workspace that was signed off, when the retention time is over: bodies, files' names,
 * values and what people wrote about them go; ids, hashes, times, outcomes and the final package stay. It may be
 * interrupted at any instant and called again; what is erased is counted once.
 */
export async function eraseStaged(deps: Deps, workspaceId: string, signOffId: string): Promise<void> {
  const { sql } = deps.db;
  const signOff = await findSignOff(sql, workspaceId);
  if (signOff?.id !== signOffId || signOff.erasedAt !== null) return;
  const now = deps.clock.now();
  const { retention_days, source_timezone: timezone } = await getSettingsFor(deps, workspaceId);
  if (now < erasureDue(signOff, retention_days)) {
    await planErasure(sql, { workspaceId, signOffId, at: now });
    return;
  }
  const active = await sql`
    select 1 from runs where workspace_id = ${workspaceId} and state = any(${[...ACTIVE_STATES]})`;
  if (active.length > 0) {
    const at = new Date(now.getTime() + AGAIN_MS - DAY_MS);
    await planErasure(sql, { workspaceId, signOffId, at });
    return;
  }
  const scope = { workspaceId, registry: deps.registry, timezone, rows: ROWS_AT_A_TIME };
  for (const { table, erase } of ERASURES) {
    for (let after = '0'; ;) {
      const done = await sql.begin(async (tx) => {
        const batch = await erase(tx, scope, after);
        if (batch.erased > 0) {
          await tx`
            update sign_offs set erased = erased || jsonb_build_object(${table}::text, coalesce((erased->>${table})::int, 0) + ${batch.erased}::int)
            where id = ${signOffId} and workspace_id = ${workspaceId}`;
        }
        return batch;
      });
      if (done.last === null) break;
      after = done.last;
    }
  }
  await sql.begin(async (tx) => {
    const [receipt] = await tx<{ erased: Record<string, number> }[]>`
      update sign_offs set erased_at = ${now} where id = ${signOffId} and workspace_id = ${workspaceId} and erased_at is null
      returning erased`;
    if (receipt === undefined) return;
    await tx`
      insert into erasure_receipts (workspace_id, reason, counts)
      values (${workspaceId}, 'retention', ${JSON.stringify(receipt.erased)}::jsonb)`;
    await writeAudit(tx, { workspaceId, adminId: BY_ITSELF }, 'staged_texts_erased', {
      counts: receipt.erased,
    });
  });
  deps.log.info({ workspaceId }, 'staged texts erased');
}
