import type { Queryable } from '../../db/client.ts';
import type { Raw } from '../../objects/paths.ts';
import type { Role } from '../actors.ts';
import { runColumns } from '../runs/report.ts';
import { timezoneOf } from '../settings.ts';
import type { StandingRow } from './standing.ts';

/** A canvas pages through these; a hub with ten thousand links is looked up in Intercom's own views. */
export const MAX_LINKED = 50;

/** What Intercom says of a panel that is opened: nothing of it decides more than which rows are read. */
export interface Opened {
  workspaceId: string;
  adminId: string;
  conversationId: string | null;
  contactId: string | null;
}

export interface MovedRow {
  object: string;
  sourceId: string;
  displayId: string | null;
  raw: Raw | null;
  attributes: Raw | null;
  baseUrl: string | null;
  importedAt: string;
}

/** A record at the other end of a link, of the conversation or of the contact beside it. */
export interface LinkedRow {
  object: string;
  sourceId: string;
  owned: boolean;
  displayId: string | null;
  raw: Raw | null;
}

export interface OpeningRow {
  role: Role;
  /** Of the workspace: Intercom tells no zone of the person. */
  timezone: string;
  /** Of the desk's own times. */
  sourceTimezone: string;
  moved: MovedRow | null;
  linked: LinkedRow[];
  standing: StandingRow | null;
}

/**
 * Everything that a panel shows when it is opened, from our own tables and in one statement: opening a conversation asks
 * once per pinned app and participant, so no call to another system may hang on it, and on a busy machine every further
 * question to the database costs more than its answer. Null when the app is not installed there (any more). A teammate
 * whom we have not seen is a viewer; where the migration stands is read for those only who lead it, on conversations that
 * were not moved unless `standing` is `always`.
 * @param shown objects whose records a panel lists.
 */
export async function readOpening(
  sql: Queryable,
  { workspaceId, adminId, conversationId, contactId }: Opened,
  options: { shown: readonly string[]; standing: 'always' | 'unless_moved' },
): Promise<OpeningRow | null> {
  const shown = [...options.shown];
  // Threads stay out of the query: they are the bulk of a record and the panel shows none of them.
  const [row] = await sql<(Omit<OpeningRow, 'sourceTimezone'> & { chosenTimezone: string | null })[]>`
    with moved as materialized (
      select m.object, m.source_id as "sourceId", m.display_id as "displayId", s.raw - '$children' as raw,
        r.mapped->'custom_attributes' as attributes, c.base_url as "baseUrl",
        coalesce((select min(created_at) from load_journal j where j.workspace_id = m.workspace_id
          and j.object = m.object and j.source_id = m.source_id), m.updated_at) as "importedAt"
      from id_map m
      left join source_records s using (workspace_id, object, source_id)
      left join run_records r on r.run_id = m.created_in_run and r.object = m.object and r.source_id = m.source_id
      left join source_connections c on c.workspace_id = m.workspace_id
      where m.workspace_id = ${workspaceId} and m.resource = 'conversations' and m.destination_id = ${conversationId}
      limit 1
    ), ends as (
      (select l.to_object as object, l.to_id as source_id, false as owned
       from moved m join record_links l on l.workspace_id = ${workspaceId} and l.from_object = m.object
         and l.from_id = m."sourceId"
       where l.to_object = any(${shown}) and l.state <> 'dangling' order by 1, 2 limit ${MAX_LINKED})
      union
      (select l.from_object, l.from_id, false
       from moved m join record_links l on l.workspace_id = ${workspaceId} and l.to_object = m.object
         and l.to_id = m."sourceId"
       where l.from_object = any(${shown}) and l.state <> 'dangling' order by 1, 2 limit ${MAX_LINKED})
      union
      (select l.from_object, l.from_id, true
       from id_map m join record_links l on l.workspace_id = m.workspace_id and l.to_object = m.object
         and l.to_id = m.source_id
       where m.workspace_id = ${workspaceId} and m.resource = 'contacts' and m.destination_id = ${contactId}
         and l.from_object = any(${shown}) and l.state <> 'dangling'
       group by 1, 2 order by 1, 2 limit ${MAX_LINKED})
    )
    select i.timezone, coalesce(t.role, 'viewer') as role, p.values->>'source_timezone' as "chosenTimezone",
      (select to_jsonb(m) from moved m) as moved,
      (select coalesce(jsonb_agg(e), '[]') from (
        select e.object, e.source_id as "sourceId", e.owned, s.display_id as "displayId", s.raw - '$children' as raw
        from ends e left join source_records s on s.workspace_id = ${workspaceId} and s.object = e.object
          and s.source_id = e.source_id
        order by e.owned, e.object, e.source_id) e) as linked,
      case when t.role in ('owner', 'operator') and (${options.standing === 'always'} or not exists (select from moved))
        then ${standingOf(sql, workspaceId)} end as standing
    from installations i
    left join teammates t on t.workspace_id = i.workspace_id and t.admin_id = ${adminId}
    left join settings p on p.workspace_id = i.workspace_id
    where i.workspace_id = ${workspaceId} and i.state = 'active'`;
  if (row === undefined) return null;
  const { chosenTimezone, ...rest } = row;
  return { ...rest, sourceTimezone: timezoneOf(chosenTimezone, row.timezone) };
}

/** Where the migration stands, without a conversation beside it. */
export async function readStanding(sql: Queryable, workspaceId: string): Promise<StandingRow> {
  const [row] = await sql<[{ standing: StandingRow }]>`select ${standingOf(sql, workspaceId)} as standing`;
  return row.standing;
}

/** Without what is large: the found fields of the discovery and the rules of the maps are for their own screens. */
function standingOf(sql: Queryable, workspaceId: string) {
  return sql`(select jsonb_build_object(
    'connected', exists (select from source_connections where workspace_id = ${workspaceId}),
    'errands', (select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'state', state, 'message', message,
        'startedAt', started_at)), '[]')
      from panel_errands where workspace_id = ${workspaceId} and state <> 'done'),
    'discovery', (select jsonb_build_object('state', state, 'error', error, 'started_at', started_at,
        'objects', case when state = 'running' then (
          select coalesce(jsonb_agg(jsonb_build_object('object', o->'object', 'count', o->'count')), '[]')
          from jsonb_array_elements(objects) o) else '[]' end)
      from discoveries where workspace_id = ${workspaceId}),
    'maps', (select coalesce(jsonb_agg(o), '[]') from (
      select distinct on (object) object, state from object_maps where workspace_id = ${workspaceId}
      order by object, version desc) o),
    'run', (select to_jsonb(r) from (
      select ${runColumns(sql)}, counts,
        extract(epoch from now() - counted_at) as "countedSecondsAgo",
        coalesce(counted_at >= finished_at, finished_at is null) as "countedSinceEnd",
        (select coalesce(jsonb_agg(c), '[]') from (
          select object, sum(calls) as calls from run_calls
          where workspace_id = ${workspaceId} and run_id = runs.id group by object) c) as calls,
        (select to_jsonb(b) from (
          select call_limit as "callLimit", granted, previous_granted as previous, share_percent as share,
            window_ends_at as "endsAt"
          from rate_budgets where workspace_id = ${workspaceId}) b) as budget
      from runs where workspace_id = ${workspaceId} order by created_at desc, id limit 1) r)))`;
}
