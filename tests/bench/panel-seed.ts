import type { BenchStage } from './bench-stage.ts';
import { WORKSPACE } from './intercom.ts';

/**
 * Makes the ledger of a running load as large as that of a large desk: copies of its own records, with their payloads
 * and links, that are loaded and verified. Copies are done, so the load itself does not see them.
 * @returns how many records the run has then.
 */
export async function enlargeLedger(stage: BenchStage, runId: string, records: number): Promise<number> {
  const { sql } = stage.db;
  const [{ found } = { found: 0 }] = await sql<{ found: number }[]>`
    select count(*)::int as found from run_records where run_id = ${runId}`;
  const copies = Math.ceil((records - found) / found);
  await sql`
    insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, depth, aliases, source_updated_at)
    select s.workspace_id, s.object, s.source_id || '~' || n, s.display_id || '~' || n, s.raw, s.raw_hash, s.depth,
      array[s.source_id || '~' || n], s.source_updated_at
    from source_records s cross join generate_series(1, ${copies}::int) n where s.workspace_id = ${WORKSPACE}`;
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, mapped, mapped_hash,
      source_hash, verification)
    select r.run_id, r.workspace_id, r.object, r.source_id || '~' || n, r.display_id || '~' || n, 'done', 'created',
      r.mapped, r.mapped_hash, r.source_hash, '{"equal": 18, "equal_after_normalising": 3, "lossy_by_design": 1}'
    from run_records r cross join generate_series(1, ${copies}::int) n
    where r.workspace_id = ${WORKSPACE} and r.run_id = ${runId}`;
  await sql`
    insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, state, origin, loaded_hash, created_in_run)
    select workspace_id, object, source_id, display_id,
      case object when 'incident' then 'conversations' when 'requester' then 'contacts' when 'company' then 'companies'
        else 'custom_object_instances' end,
      id::text, 'complete', 'created', mapped_hash, run_id
    from run_records where workspace_id = ${WORKSPACE} and run_id = ${runId} and step = 'done' and verification is not null`;
  await sql`
    insert into record_links (workspace_id, from_object, from_id, field, to_object, to_id, run_id, state, verified_at)
    select l.workspace_id, l.from_object, l.from_id || '~' || n, l.field, l.to_object, l.to_id || '~' || n, l.run_id, 'made', now()
    from record_links l cross join generate_series(1, ${copies}::int) n
    where l.workspace_id = ${WORKSPACE} and l.run_id = ${runId}`;
  await sql`
    insert into load_journal (workspace_id, run_id, object, source_id, step, operation, state, identity, settled_at)
    select r.workspace_id, r.run_id, r.object, r.source_id, s.step, 'seed', 'done', '{}', now()
    from run_records r cross join unnest(array['create', 'attributes', 'close']) as s(step)
    where r.workspace_id = ${WORKSPACE} and r.run_id = ${runId} and r.step = 'done' and r.verification is not null`;
  // What autovacuum does on a customer's server within minutes.
  for (const table of ['source_records', 'run_records', 'id_map', 'record_links', 'load_journal'])
    await sql.unsafe(`vacuum analyze ${table}`);
  return found * (copies + 1);
}
