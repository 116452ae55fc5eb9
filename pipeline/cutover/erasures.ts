import type { Queryable } from '../../db/client.ts';
import type { Registry } from '../../objects/registry.ts';
import { isObject, type Raw } from '../../objects/paths.ts';
import { withoutTexts } from '../panel/panel-values.ts';

export interface ErasureScope {
  workspaceId: string;
  registry: Registry;
  timezone: string;
  rows: number;
}

export interface Erased {
  erased: number;
  /** Where the next batch goes on; null when there is nothing left. */
  last: string | null;
}

interface Erasure {
  table: string;
  /** One batch of rows after this one. Rows that hold nothing to erase are left alone and not counted. */
  erase: (tx: Queryable, scope: ErasureScope, after: string) => Promise<Erased>;
}

interface Place {
  table: string;
  key: string;
}

/** Ids of the next rows of a workspace, in the order of their serial key. */
async function next(
  tx: Queryable,
  { table, key }: Place,
  scope: ErasureScope,
  after: string,
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select ${tx(key)}::text as id from ${tx(table)} where workspace_id = ${scope.workspaceId} and ${tx(key)} > ${after}
    order by ${tx(key)} limit ${scope.rows}`;
  return rows.map(({ id }) => id);
}

/** Sets columns of one table; `change` names them and which rows still hold something. */
function columns(table: string, change: (tx: Queryable) => { set: Fragment; holding: Fragment }): Erasure {
  return {
    table,
    async erase(tx, scope, after) {
      const ids = await next(tx, { table, key: 'id' }, scope, after);
      if (ids.length === 0) return { erased: 0, last: null };
      const { set, holding } = change(tx);
      const { count } = await tx`
        update ${tx(table)} set ${set}
        where workspace_id = ${scope.workspaceId} and id = any(${ids}::bigint[]) and (${holding})`;
      return { erased: count, last: ids.at(-1) ?? null };
    },
  };
}
type Fragment = ReturnType<Queryable>;

/** Small tables that are done in one go. */
function whole(table: string, erase: (tx: Queryable, workspaceId: string) => Promise<number>): Erasure {
  return {
    table,
    erase: async (tx, { workspaceId }) => ({ erased: await erase(tx, workspaceId), last: null }),
  };
}

interface StagedRow {
  seq: string;
  object: string;
  raw: Raw;
  attributes: unknown;
  baseUrl: string | null;
}

/** The record's own address, if its map made one. */
function urlOf({ attributes, baseUrl }: StagedRow): string | null {
  if (baseUrl === null || !isObject(attributes)) return null;
  const own = Object.values(attributes).find(
    (value) => typeof value === 'string' && value.startsWith(`${baseUrl}/`),
  );
  return typeof own === 'string' ? own : null;
}

const stagedRecords: Erasure = {
  table: 'source_records',
  async erase(tx, scope, after) {
    const { workspaceId, registry, timezone } = scope;
    const ids = await next(tx, { table: 'source_records', key: 'seq' }, scope, after);
    if (ids.length === 0) return { erased: 0, last: null };
    const rows = await tx<StagedRow[]>`
      select s.seq::text as seq, s.object, s.raw - '$children' as raw, c.base_url as "baseUrl",
        case when m.resource = 'conversations' then r.mapped->'custom_attributes' end as attributes
      from source_records s
      left join source_connections c on c.workspace_id = s.workspace_id
      left join id_map m on m.workspace_id = s.workspace_id and m.object = s.object and m.source_id = s.source_id
      left join run_records r on r.run_id = m.created_in_run and r.object = m.object and r.source_id = m.source_id
      where s.workspace_id = ${workspaceId} and s.seq = any(${ids}::bigint[]) and not s.raw ? '$kept'`;
    const left = rows.map((row) => ({
      seq: row.seq,
      raw: withoutTexts(row.raw, registry.find(row.object), { timezone, url: urlOf(row) }),
    }));
    if (left.length > 0) {
      await tx`
        update source_records s set raw = v.raw, aliases = array[s.source_id], depth = 'row'
        from jsonb_to_recordset(${JSON.stringify(left)}::jsonb) as v(seq bigint, raw jsonb)
        where s.workspace_id = ${workspaceId} and s.seq = v.seq`;
    }
    return { erased: left.length, last: ids.at(-1) ?? null };
  },
};

/** Files that were kept for the package: names and bytes go, size and hash stay. */
const keptFiles: Erasure = {
  table: 'kept_files',
  async erase(tx, scope, after) {
    const ids = await next(tx, { table: 'kept_files', key: 'id' }, scope, after);
    if (ids.length === 0) return { erased: 0, last: null };
    const { workspaceId } = scope;
    await tx`
      delete from kept_file_pieces where workspace_id = ${workspaceId} and file_id = any(${ids}::bigint[])`;
    const { count } = await tx`
      update kept_files set path = '' where workspace_id = ${workspaceId} and id = any(${ids}::bigint[]) and path <> ''`;
    return { erased: count, last: ids.at(-1) ?? null };
  },
};

/** Facts of the id map that name no content: what kind of thing a record became, and where a published article is. */
const FACTS_KEPT = ['kind', 'type', 'admin_id', 'url', 'state', 'shared'];

/**
 * Everything that holds texts, values or what people wrote about them, in the order in which one needs the other. The
 * final package is not among them: it is what the customer keeps.
 */
export const ERASURES: readonly Erasure[] = [
  stagedRecords,
  keptFiles,
  columns('run_records', (tx) => ({
    set: tx`mapped = null, unique_key = null, look = null, undo = null,
      warnings = coalesce((select jsonb_agg(w || '{"value":null,"message":"","suggestion":null}') from jsonb_array_elements(warnings) w), '[]'),
      reason = reason || '{"value":null,"message":"","suggestion":null}'`,
    holding: tx`mapped is not null or look is not null or undo is not null or unique_key is not null or reason->>'message' <> ''
      or exists (select 1 from jsonb_array_elements(warnings) w where w->>'message' <> '')`,
  })),
  columns('findings', (tx) => ({
    set: tx`expected = null, actual = null`,
    holding: tx`expected is not null or actual is not null`,
  })),
  columns('load_journal', (tx) => ({
    set: tx`identity = '{}', prior = null, result = null`,
    holding: tx`identity <> '{}' or prior is not null or result is not null`,
  })),
  columns('agent_reports', (tx) => ({ set: tx`text = ''`, holding: tx`text <> ''` })),
  whole('webhook_events', async (tx, workspaceId) => {
    const { count } = await tx`
      update webhook_events set payload = '{}' where workspace_id = ${workspaceId} and payload <> '{}'`;
    return count;
  }),
  whole('id_map', async (tx, workspaceId) => {
    const { count } = await tx`
      update id_map set facts = coalesce((
        select jsonb_object_agg(f.key, f.value) from jsonb_each(facts) f where f.key = any(${FACTS_KEPT})), '{}')
      where workspace_id = ${workspaceId} and facts - ${FACTS_KEPT}::text[] <> '{}'`;
    return count;
  }),
  whole('record_fixes', async (tx, workspaceId) => {
    const { count } = await tx`delete from record_fixes where workspace_id = ${workspaceId}`;
    return count;
  }),
  whole('discoveries', async (tx, workspaceId) => {
    const { count } = await tx`
      update discoveries set objects = coalesce((
        select jsonb_agg(o || jsonb_build_object(
          'fields', coalesce((select jsonb_agg(f || '{"samples":[]}') from jsonb_array_elements(o->'fields') f), '[]'),
          'quality', coalesce((select jsonb_agg(q || '{"examples":[]}') from jsonb_array_elements(o->'quality') q), '[]')))
        from jsonb_array_elements(objects) o), '[]')
      where workspace_id = ${workspaceId}`;
    return count;
  }),
  whole('object_maps', async (tx, workspaceId) => {
    const { count } = await tx`
      update object_maps set rules = coalesce((select jsonb_agg(r || '{"samples":[]}') from jsonb_array_elements(rules) r), '[]')
      where workspace_id = ${workspaceId}
        and exists (select 1 from jsonb_array_elements(rules) r where r->'samples' <> '[]')`;
    return count;
  }),
];
