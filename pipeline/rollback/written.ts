import type { Queryable } from '../../db/client.ts';
import type { Payload } from '../../objects/payloads.ts';
import type { BatchScope } from '../runs/batch.ts';
import type { LoadContext } from '../load/destination.ts';
import type { Marks, Ours, Written } from './things/thing.ts';
import type { UndoPlan } from './undo-plan.ts';

/** What the ledger knows of our writes to the records of a batch. */
export interface KnownWrites {
  /** Everything that was mapped for a record, the newest first. */
  payloads: Map<string, Payload[]>;
  entries: Map<string, JournalRow[]>;
  /** Payloads of other records that share a record's thing (one human in two roles). */
  sharers: Map<string, Payload[]>;
  /** Ids of tags by lower-cased name. */
  tags: Map<string, string>;
}

export interface JournalRow {
  id: string;
  step: string;
  operation: string;
  state: 'intent' | 'done' | 'void' | 'refused' | 'superseded';
  prior: Record<string, unknown> | null;
  createdAt: Date;
  /** Steps that one call carried out beside its own (pipeline/load/people/bulk-create.ts). */
  steps: string[] | null;
}

export async function readWrites(
  scope: BatchScope,
  plans: ReadonlyMap<string, UndoPlan>,
): Promise<KnownWrites> {
  const { sql } = scope.deps.db;
  const { workspaceId } = scope.run;
  const ids = [...plans.keys()];
  const [payloads, entries, sharers, tags] = await Promise.all([
    payloadsOf(sql, workspaceId, scope.object, ids),
    entriesOf(sql, workspaceId, scope.object, ids),
    sharersOf(sql, workspaceId, scope.object, plans),
    sql<{ name: string; id: string }[]>`
      select name, destination_id as id from prepared_items where workspace_id = ${workspaceId} and kind = 'tag'`,
  ]);
  return { payloads, entries, sharers, tags: new Map(tags.map(({ name, id }) => [name, id])) };
}

async function payloadsOf(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, Payload[]>> {
  const rows = await sql<{ sourceId: string; payload: Payload }[]>`
    select source_id as "sourceId", mapped as payload from run_records
    where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids}) and mapped is not null
      and undone_by is null
    order by id desc`;
  return grouped(rows.map(({ sourceId, payload }) => [sourceId, payload]));
}

async function entriesOf(
  sql: Queryable,
  workspaceId: string,
  object: string,
  ids: string[],
): Promise<Map<string, JournalRow[]>> {
  const rows = await sql<(JournalRow & { sourceId: string })[]>`
    select id::text, source_id as "sourceId", step, operation, state, prior, created_at as "createdAt", result->'steps' as steps
    from load_journal
    where workspace_id = ${workspaceId} and object = ${object} and source_id = any(${ids}) and state <> 'superseded'
      and step not like 'undo:%'
    order by id desc`;
  return grouped(rows.map((row) => [row.sourceId, row]));
}

async function sharersOf(
  sql: Queryable,
  workspaceId: string,
  object: string,
  plans: ReadonlyMap<string, UndoPlan>,
): Promise<Map<string, Payload[]>> {
  const places = [...plans].flatMap(([sourceId, { resource, destinationId }]) =>
    destinationId === null ? [] : [{ source_id: sourceId, resource, destination_id: destinationId }],
  );
  const rows = await sql<{ sourceId: string; payload: Payload }[]>`
    select v.source_id as "sourceId", r.mapped as payload
    from jsonb_to_recordset(${JSON.stringify(places)}::jsonb) as v(source_id text, resource text, destination_id text)
    join id_map m on m.workspace_id = ${workspaceId} and m.resource = v.resource and m.destination_id = v.destination_id
      and (m.object, m.source_id) <> (${object}, v.source_id)
    join run_records r on r.workspace_id = m.workspace_id and r.object = m.object and r.source_id = m.source_id
      and r.mapped is not null`;
  return grouped(rows.map(({ sourceId, payload }) => [sourceId, payload]));
}

function grouped<T>(rows: [string, T][]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, item] of rows) groups.set(key, [...(groups.get(key) ?? []), item]);
  return groups;
}

/** Tags, companies and attributes that are on a thing because of us. */
export function marksOf(sourceId: string, writes: KnownWrites, context: LoadContext): Marks {
  const payloads = [...(writes.payloads.get(sourceId) ?? []), ...(writes.sharers.get(sourceId) ?? [])];
  return {
    tagIds: new Set(payloads.flatMap((payload) => tagsOf(payload)).flatMap((name) => tagId(name, writes))),
    companyIds: new Set(
      payloads.flatMap((payload) =>
        payload.resource === 'contacts'
          ? payload.companies.flatMap((ref) => context.resolve(ref)?.destinationId ?? [])
          : [],
      ),
    ),
    attributes: new Set(payloads.flatMap((payload) => Object.keys(payload.custom_attributes))),
  };
}

function tagsOf(payload: Payload): string[] {
  return 'tags' in payload ? payload.tags : [];
}

function tagId(name: string, writes: KnownWrites): string[] {
  const id = writes.tags.get(name.toLowerCase());
  return id === undefined || id === '' ? [] : [id];
}

/** Our writes to one thing within what is taken back; of what is looked at earlier than that, nothing. */
export function writtenTo(sourceId: string, plan: UndoPlan, writes: KnownWrites): Written<Payload> {
  const first = BigInt(plan.firstJournalId ?? '0');
  const entries = (writes.entries.get(sourceId) ?? []).filter(({ id }) => plan.whole || BigInt(id) >= first);
  const steps = entries
    .filter(({ state }) => state === 'done' || state === 'intent')
    .flatMap(({ step, steps: more }) => [step, ...(more ?? [])]);
  const named = (prefix: string) =>
    steps.filter((step) => step.startsWith(prefix)).map((step) => step.slice(prefix.length));
  const tagsNamed = (prefix: string) =>
    named(prefix).flatMap((name) => tagId(name, writes).map((id) => ({ name, id })));
  const priors = entries.filter(({ state }) => state !== 'refused').flatMap(({ prior }) => prior ?? []);
  return {
    // The oldest look is the one before our first write: it wins over what later ones saw of our own values.
    prior: priors.length === 0 ? null : (Object.assign({}, ...priors) as Record<string, unknown>),
    payloads: writes.payloads.get(sourceId) ?? [],
    tags: tagsNamed('tag:'),
    companyIds: named('company:'),
    tagsTaken: tagsNamed('untag:'),
    companyIdsTaken: named('leave:'),
    entries: plan.whole ? 0 : named('part:').length,
  };
}

/** Which ids are of this migration, whether they are still there or went in this rollback. */
export function oursIn(sql: Queryable, workspaceId: string, runId: string): Ours {
  return async (resource, ids) => {
    if (ids.length === 0) return new Set();
    const rows = await sql<{ id: string }[]>`
      select destination_id as id from id_map
      where workspace_id = ${workspaceId} and resource = ${resource} and destination_id = any(${ids})
      union
      select undo->>'destinationId' from run_records
      where workspace_id = ${workspaceId} and run_id = ${runId} and undo->>'resource' = ${resource}
        and undo->>'destinationId' = any(${ids})`;
    return new Set(rows.map(({ id }) => id));
  };
}
