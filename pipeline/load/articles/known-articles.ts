import type { Queryable } from '../../../db/client.ts';
import type { RecordRef } from '../../../objects/mapping.ts';
import type { FrozenRun } from '../../runs/frozen-run.ts';

/** What the ledger knows of articles, which Intercom gives no id of ours. */
export interface KnownArticles {
  /** Whether another record of the run, or one whose making is in doubt, has the same title. Looked up once for a batch. */
  sharesTitle(record: RecordRef): Promise<boolean>;
  /** Titles of the other records whose article is being made, or may have been. */
  titlesInDoubt(record: RecordRef): Promise<string[]>;
  /** Which of these articles are a record's already. */
  owned(ids: readonly string[], kind: string): Promise<Set<string>>;
}

export function createKnownArticles(
  sql: Queryable,
  { workspaceId, id: runId }: Pick<FrozenRun, 'workspaceId' | 'id'>,
): KnownArticles {
  const sharing = new Map<string, Promise<Set<string>>>();

  async function sharingOf(object: string): Promise<Set<string>> {
    const rows = await sql<{ sourceId: string }[]>`
      with titles as (
        select source_id, mapped->>'title' as title from run_records
        where workspace_id = ${workspaceId} and run_id = ${runId} and object = ${object}
        union all
        select source_id, identity->>'title' from load_journal
        where workspace_id = ${workspaceId} and object = ${object} and step = 'create' and state = 'intent'
      )
      select unnest(array_agg(source_id)) as "sourceId" from titles
      where title is not null group by lower(regexp_replace(btrim(title), '\\s+', ' ', 'g'))
      having count(distinct source_id) > 1`;
    return new Set(rows.map(({ sourceId }) => sourceId));
  }

  return {
    async sharesTitle({ ref, sourceId }) {
      const ids = sharing.get(ref) ?? sharingOf(ref);
      sharing.set(ref, ids);
      ids.catch(() => sharing.delete(ref));
      return (await ids).has(sourceId);
    },
    async titlesInDoubt({ ref, sourceId }) {
      const rows = await sql<{ title: string }[]>`
        select distinct identity->>'title' as title from load_journal
        where workspace_id = ${workspaceId} and object = ${ref} and source_id <> ${sourceId}
          and step = 'create' and state = 'intent' and identity ? 'title'`;
      return rows.map(({ title }) => title);
    },
    async owned(ids, kind) {
      const rows = await sql<{ id: string }[]>`
        select destination_id as id from id_map
        where workspace_id = ${workspaceId} and resource = 'articles' and destination_id = any(${[...ids]})
          and coalesce(facts->>'kind', 'article') = ${kind}`;
      return new Set(rows.map(({ id }) => id));
    },
  };
}
