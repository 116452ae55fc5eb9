import type { Queryable } from '../../db/client.ts';
import type { Desk } from '../../simulators/infraon/desk.ts';

/** Long before anything that a desk of the seed knows: copies lie at the end of an order by last change. */
const AT_REST_SINCE = '2020-01-01T00:00:00.000000+05:30';

const COPY = '~';

/**
 * Makes a desk that was loaded larger without loading more, until it has `total` incidents: they get copies that lie
 * still, on the desk and in the ledger, as if the newest run had met them. Nobody reads or writes them, or their id in
 * Intercom leads nowhere.
 */
export async function multiplyIncidents(
  sql: Queryable,
  desk: Desk,
  workspaceId: string,
  total: number,
): Promise<void> {
  const { length } = desk.incidents;
  const copies = Math.ceil((total - length) / length);
  const numbers = Array.from({ length: copies }, (_each, index) => index + 1);
  const [run] = await sql<{ id: string }[]>`
    select id from runs where workspace_id = ${workspaceId} and kind in ('full', 'delta') order by created_at desc limit 1`;
  const runId = run?.id ?? '';
  const ids = desk.incidents.map(({ incident_id }) => incident_id);
  const added = numbers.flatMap((number) =>
    desk.incidents.map((incident) => ({
      ...incident,
      incident_id: `${incident.incident_id}${COPY}${number}`,
      display_id: `${incident.display_id}${COPY}${number}`,
      last_update_time: AT_REST_SINCE,
    })),
  );
  desk.incidents.push(...added.slice(0, total - length));
  await sql`
    insert into source_records (workspace_id, object, source_id, display_id, raw, raw_hash, row_hash, depth, aliases, seen_in_run)
    select workspace_id, object, source_id || ${COPY} || n, display_id || ${COPY} || n, '{}', raw_hash, row_hash, 'full',
      array[source_id || ${COPY} || n], seen_in_run
    from source_records join unnest(${ids}::text[]) with ordinality as i(id, place) on source_id = i.id
    cross join generate_series(1, ${copies}::int) n
    where workspace_id = ${workspaceId} and object = 'incident' and (n - 1) * ${length}::int + place <= ${total - length}::int`;
  await sql`
    insert into run_records (run_id, workspace_id, object, source_id, display_id, step, outcome, mapped, mapped_hash, source_hash, verification)
    select ${runId}, workspace_id, object, source_id, display_id, 'done', 'created', '{"resource": "conversations", "state": "closed"}',
      raw_hash, raw_hash, '{"equal": 18}'
    from source_records where workspace_id = ${workspaceId} and object = 'incident' and strpos(source_id, ${COPY}) > 0`;
  await sql`
    insert into id_map (workspace_id, object, source_id, display_id, resource, destination_id, state, origin, loaded_hash, created_in_run)
    select workspace_id, object, source_id, display_id, 'conversations', 'copy-' || id, 'complete', 'created', mapped_hash, run_id
    from run_records where workspace_id = ${workspaceId} and run_id = ${runId} and object = 'incident' and strpos(source_id, ${COPY}) > 0`;
  await sql`
    insert into load_journal (workspace_id, run_id, object, source_id, step, operation, state, identity, settled_at)
    select r.workspace_id, r.run_id, r.object, r.source_id, s.step, 'seed', 'done', '{}', now()
    from run_records r cross join unnest(array['create', 'attributes', 'close']) as s(step)
    where r.workspace_id = ${workspaceId} and r.run_id = ${runId} and strpos(r.source_id, ${COPY}) > 0`;
}
