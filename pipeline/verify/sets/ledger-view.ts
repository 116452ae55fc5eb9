import type { Queryable } from '../../../db/client.ts';
import type { RecordRef } from '../../../objects/mapping.ts';
import type { Registry } from '../../../objects/registry.ts';
import type { FrozenRun } from '../../runs/frozen-run.ts';
import type { LedgerView } from './compare-set.ts';
import { membersOf, recordsByIdentity, type LedgerSet } from './ledger-sets.ts';

/** Reads what comparing a set asks for, and not before it asks. */
export function ledgerView(sql: Queryable, registry: Registry, run: FrozenRun, set: LedgerSet): LedgerView {
  let records: Promise<Map<string, RecordRef>> | undefined;
  let firstRunAt: Promise<number> | undefined;
  return {
    members: () => membersOf(sql, run, set),
    async owner({ identity, isSurelyOurs, startedAt }) {
      if (identity === null) return isSurelyOurs ? { record: null } : undefined;
      records ??= recordsByIdentity(sql, registry, run.workspaceId, set);
      const record = (await records).get(identity) ?? null;
      if (isSurelyOurs) return { record };
      if (startedAt === undefined) return record === null ? undefined : { record };
      // People quote our words too, but only a load can begin a conversation in the past.
      firstRunAt ??= firstRun(sql, run.workspaceId);
      const isDatedBack = startedAt < (await firstRunAt);
      const isOurs = isDatedBack || startedAt === (await startOf(sql, run.workspaceId, record));
      return isOurs ? { record } : undefined;
    },
  };
}

async function firstRun(sql: Queryable, workspaceId: string): Promise<number> {
  const [row] = await sql<{ at: number | null }[]>`
    select floor(extract(epoch from min(created_at)))::int as at from runs where workspace_id = ${workspaceId}`;
  return row?.at ?? 0;
}

/** The second at which the record's own conversation was told to begin. */
async function startOf(
  sql: Queryable,
  workspaceId: string,
  record: RecordRef | null,
): Promise<number | null> {
  if (record === null) return null;
  const [row] = await sql<{ at: number | null }[]>`
    select (mapped->>'created_at')::int as at from run_records
    where workspace_id = ${workspaceId} and object = ${record.ref} and source_id = ${record.sourceId} and mapped is not null
    order by id desc limit 1`;
  return row?.at ?? null;
}
