import type { Queryable } from '../../db/client.ts';
import type { RecordRef } from '../../objects/mapping.ts';
import type { BatchScope } from '../runs/batch.ts';
import { isLinkEnd } from '../links/link-ends.ts';
import { beforehand } from './beforehand.ts';
import { callLifeMs } from '../deps.ts';
import { infraonFor } from '../source/infraon-access.ts';
import { deepLink } from '../install/installations.ts';
import { intercomFor } from '../install/intercom-access.ts';
import { referencesIn } from '../map/map.ts';
import type { Loaded, LoadContext } from './destination.ts';
import { createForeignInstances, createTakenBack } from './before-us.ts';
import { createHelpCenter } from './articles/help-center.ts';
import { createFileSource } from './files/file-source.ts';
import { createKeepFile } from './files/kept-files.ts';
import { createMissingAttribute } from './missing-attributes.ts';
import { openRecordLinks } from './record-links.ts';
import { teammateKey, withTeammate } from './people/teammate-key.ts';
import { createReplyPacing } from './conversations/reply-pacing.ts';
import { createTags } from './tags.ts';

export interface BatchContext extends LoadContext {
  /** What a record of this batch became: those that come after it can link to it. */
  learn: (ref: RecordRef, loaded: Loaded) => void;
  /** Writes the counted calls down; called while the batch runs and at its end. */
  flushCalls(): Promise<void>;
}

/** Everything a batch of payloads needs, looked up once: the client, the ids of what they refer to, people, tags. */
export async function openContext(scope: BatchScope, payloads: unknown[]): Promise<BatchContext> {
  const { deps, run, object } = scope;
  const { sql } = deps.db;
  const calls = new Map<string, number>();
  let clockAheadMs = 0;
  const count = (operation: string, _status: number | null, date?: string) => {
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    const serverMs = Date.parse(date ?? '');
    if (!Number.isNaN(serverMs)) clockAheadMs = serverMs - deps.clock.now().getTime();
  };
  const gate = deps.rateGates(run.workspaceId);
  const { client, installation } = await intercomFor(deps, run.workspaceId, gate, count, scope.fence.check);
  const refs = payloads.flatMap(referencesIn);
  const teammates = await teammatesByKey(sql, run.workspaceId);
  const loaded = await loadedRefs(sql, run.workspaceId, refs.flatMap(withAlternatives), teammates);
  const withLinks = await openRecordLinks(sql, run.workspaceId, payloads, (resource, id) =>
    deepLink(deps, installation, resource, id),
  );
  let source: ReturnType<typeof infraonFor> | undefined;
  const files = createFileSource(async (address, maxBytes) => {
    source ??= infraonFor(deps, run.workspaceId);
    const { client: infraon } = await source;
    return beforehand(infraon.download(address, { maxBytes }));
  }, deps.fileBytes);
  const tags = createTags(scope, client);
  return {
    intercom: client,
    settings: run.settings,
    fallbackAdminId: run.settings.fallback_admin_id ?? installation.adminId,
    now: () => deps.clock.now(),
    callLifeMs: callLifeMs(deps),
    resolve: (ref) => loaded.get(keyOf(ref)),
    ownerOf: (resource, destinationId) => ownerOf(sql, run.workspaceId, resource, destinationId),
    wasTakenBack: createTakenBack(sql, run.workspaceId, object),
    hasForeignInstances: createForeignInstances(sql, run.workspaceId, client),
    speakersOf: (conversationId) => speakersOf(sql, run.workspaceId, conversationId),
    tagId: (name) => beforehand(tags.idOf(name)),
    tagAnew: (name, formerId) => beforehand(tags.anew(name, formerId)),
    missingAttribute: createMissingAttribute(client),
    helpCenter: createHelpCenter(deps, run, client, installation),
    replyTurn: createReplyPacing({
      replies: run.settings.replies_per_window,
      windowMs: run.settings.reply_window_seconds * 1000,
      now: () => deps.clock.now().getTime(),
    }),
    files,
    keepFile: createKeepFile(sql, run.workspaceId, files),
    withLinks,
    clockAheadMs: () => clockAheadMs,
    learn: (ref, record) => void loaded.set(keyOf(ref), record),
    async flushCalls() {
      const counted = [...calls].map(([operation, number]) => ({ operation, calls: number }));
      calls.clear();
      if (counted.length === 0) return;
      await sql`
        insert into run_calls (run_id, workspace_id, object, operation, calls)
        select ${run.id}, ${run.workspaceId}, ${object}, operation, calls
        from jsonb_to_recordset(${JSON.stringify(counted)}::jsonb) as v(operation text, calls int)
        on conflict (run_id, object, operation) do update set calls = run_calls.calls + excluded.calls`;
    },
  };
}

function keyOf(ref: RecordRef): string {
  return `${ref.ref}\u0000${ref.sourceId}`;
}

function withAlternatives(ref: RecordRef): RecordRef[] {
  return [ref.ref, ...(ref.or ?? [])].map((name) => ({ ref: name, sourceId: ref.sourceId }));
}

/** Something that is about to be made anew is nothing to link to: its id will be another. */
async function loadedRefs(
  sql: Queryable,
  workspaceId: string,
  refs: RecordRef[],
  teammates: ReadonlyMap<string, string>,
): Promise<Map<string, Loaded>> {
  if (refs.length === 0) return new Map();
  const unique = [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
  const rows = await sql<
    {
      object: string;
      sourceId: string;
      resource: string;
      destinationId: string;
      facts: Record<string, unknown>;
    }[]
  >`
    select m.object, m.source_id as "sourceId", m.resource, m.destination_id as "destinationId", m.facts
    from id_map m join jsonb_to_recordset(${JSON.stringify(unique)}::jsonb) as v(ref text, "sourceId" text)
      on m.object = v.ref and m.source_id = v."sourceId"
    where m.workspace_id = ${workspaceId} and ${isLinkEnd(sql)}`;
  return new Map(
    rows.map((row) => [
      keyOf({ ref: row.object, sourceId: row.sourceId }),
      { ...row, facts: withTeammate(row.facts, teammates) },
    ]),
  );
}

async function ownerOf(
  sql: Queryable,
  workspaceId: string,
  resource: string,
  destinationId: string,
): Promise<RecordRef | undefined> {
  const rows = await sql<RecordRef[]>`
    select object as ref, source_id as "sourceId" from id_map
    where workspace_id = ${workspaceId} and resource = ${resource} and destination_id = ${destinationId}
    order by updated_at limit 1`;
  return rows[0];
}

async function speakersOf(
  sql: Queryable,
  workspaceId: string,
  conversationId: string,
): Promise<Map<string, string>> {
  const rows = await sql<{ key: string; speaker: string }[]>`
    select distinct on (j.step) substr(j.step, 6) as key, j.identity->>'speaker' as speaker
    from id_map m join load_journal j on j.workspace_id = m.workspace_id and j.object = m.object and j.source_id = m.source_id
    where m.workspace_id = ${workspaceId} and m.resource = 'conversations' and m.destination_id = ${conversationId}
      and j.step like 'part:%' and j.state in ('done', 'intent') and j.identity ? 'speaker'
    order by j.step, j.id desc`;
  return new Map(rows.map(({ key, speaker }) => [key, speaker]));
}

async function teammatesByKey(sql: Queryable, workspaceId: string): Promise<Map<string, string>> {
  const rows = await sql<{ email: string; adminId: string }[]>`
    select email, admin_id as "adminId" from teammates where workspace_id = ${workspaceId} and email <> ''`;
  return new Map(rows.map(({ email, adminId }) => [teammateKey(email), adminId]));
}
