import { UserError } from '../errors.ts';
import { objectsOf, type FieldDefinition, type ObjectDefinition } from '../objects/define-object.ts';
import { isObject, type Raw } from '../objects/paths.ts';
import { writeAudit } from './audit.ts';
import type { Deps } from './deps.ts';
import type { Actor } from './documents.ts';
import { keptUrl, panelValues, PRIORITY_KEYS, SLA_KEYS, STATUS_KEYS, TITLE_KEYS } from './panel-values.ts';
import { getSettingsFor } from './settings.ts';
import type { ConversationPanel } from './use-cases.ts';

const MAX_RELATED = 50;
const MAX_DETAILS = 12;
const MAX_REPORT = 2000;

interface MovedRow {
  object: string;
  sourceId: string;
  displayId: string | null;
  raw: Raw | null;
  mapped: Raw | null;
  importedAt: Date | null;
  updatedAt: Date;
  baseUrl: string | null;
}

/**
 * What an agent sees beside a conversation, from our own tables only: opening a conversation asks once per pinned app
 * and participant, so no live call may hang on it. Null when we did not move that conversation.
 */
export async function getConversationPanel(
  deps: Deps,
  actor: Actor,
  conversationId: string,
): Promise<ConversationPanel | null> {
  // Threads stay out of the query: they are the bulk of a record and the panel shows none of them.
  const [row] = await deps.db.sql<MovedRow[]>`
    select m.object, m.source_id as "sourceId", m.display_id as "displayId", s.raw - '$children' as raw,
      r.mapped - 'parts' as mapped, m.updated_at as "updatedAt", c.base_url as "baseUrl",
      (select min(created_at) from load_journal j where j.workspace_id = m.workspace_id
        and j.object = m.object and j.source_id = m.source_id) as "importedAt"
    from id_map m
    left join source_records s using (workspace_id, object, source_id)
    left join run_records r on r.run_id = m.created_in_run and r.object = m.object and r.source_id = m.source_id
    left join source_connections c on c.workspace_id = m.workspace_id
    where m.workspace_id = ${actor.workspaceId} and m.resource = 'conversations'
      and m.destination_id = ${conversationId}`;
  const definition = row === undefined ? undefined : deps.registry.find(row.object);
  if (row === undefined || definition === undefined) return null;
  const { source_timezone: timezone } = await getSettingsFor(deps, actor.workspaceId);
  const values = panelValues(row.raw ?? {}, definition, timezone);
  return {
    number: row.displayId ?? row.sourceId,
    url: addressOf(row),
    status: first(values, STATUS_KEYS),
    priority: first(values, PRIORITY_KEYS),
    sla: first(values, SLA_KEYS),
    imported_at: (row.importedAt ?? row.updatedAt).toISOString(),
    related: await relatedRecords(deps, actor.workspaceId, definition, values, timezone),
  };
}

/** The record's own address if its map made one, else that of the desk. */
function addressOf({ raw, mapped, baseUrl }: MovedRow): string | null {
  const kept = keptUrl(raw);
  if (kept !== null) return kept;
  const attributes = mapped?.custom_attributes;
  if (baseUrl === null || !isObject(attributes)) return baseUrl;
  const own = Object.values(attributes).find(
    (value) => typeof value === 'string' && value.startsWith(`${baseUrl}/`),
  );
  return typeof own === 'string' ? own : baseUrl;
}

async function relatedRecords(
  deps: Deps,
  workspaceId: string,
  definition: ObjectDefinition,
  values: Record<string, unknown>,
  timezone: string,
): Promise<ConversationPanel['related']> {
  const links = definition.fields
    .flatMap((field) => linksOf(deps, field, values[field.key]))
    .slice(0, MAX_RELATED);
  const wanted = links.flatMap(({ sourceId, objects }) => objects.map((object) => ({ object, sourceId })));
  if (wanted.length === 0) return [];
  const rows = await deps.db.sql<{ object: string; sourceId: string; displayId: string | null; raw: Raw }[]>`
    select s.object, s.source_id as "sourceId", s.display_id as "displayId", s.raw - '$children' as raw
    from unnest(${wanted.map((item) => item.object)}::text[], ${wanted.map((item) => item.sourceId)}::text[])
      as w(object, source_id)
    join source_records s on s.workspace_id = ${workspaceId} and s.object = w.object and s.source_id = w.source_id`;
  const read = new Map(rows.map((row) => [`${row.object}:${row.sourceId}`, row]));
  return links.map(({ sourceId, objects }) => {
    const object = objects.find((candidate) => read.has(`${candidate}:${sourceId}`)) ?? objects[0];
    const row = read.get(`${object}:${sourceId}`);
    const other = deps.registry.get(object);
    const fields = panelValues(row?.raw ?? {}, other, timezone);
    const displayId = row?.displayId ?? null;
    return {
      object,
      label: other.label,
      source_id: sourceId,
      display_id: displayId,
      title: first(fields, TITLE_KEYS) ?? displayId ?? sourceId,
      subtitle: first(fields, STATUS_KEYS),
      fields: detailsOf(other, fields),
    };
  });
}

interface Link {
  sourceId: string;
  /** The id may belong to any of these: an asset and a configuration item are one thing to Infraon. */
  objects: [string, ...string[]];
}

/** Links to records that became custom objects: people and companies are in Intercom's own sidebar. */
function linksOf(deps: Deps, field: FieldDefinition, value: unknown): Link[] {
  const [object, ...others] = objectsOf(field).filter(
    (name) => deps.registry.find(name)?.destination.resource === 'custom_object_instances',
  );
  if (object === undefined) return [];
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  return ids.flatMap((id): Link[] =>
    typeof id === 'string' ? [{ sourceId: id, objects: [object, ...others] }] : [],
  );
}

function detailsOf(
  definition: ObjectDefinition,
  values: Record<string, unknown>,
): { label: string; value: string }[] {
  return definition.fields
    .filter(({ key, type }) => key !== 'id' && !['reference', 'references', 'thread', 'html'].includes(type))
    .flatMap(({ key, label }) => {
      const value = textOf(values[key]);
      return value === null ? [] : [{ label, value }];
    })
    .slice(0, MAX_DETAILS);
}

function first(values: Record<string, unknown>, keys: string[]): string | null {
  for (const key of keys) {
    const text = textOf(values[key]);
    if (text !== null) return text;
  }
  return null;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (!Array.isArray(value)) return null;
  const parts = value.map(textOf).filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

/** An agent's "something is missing here": every teammate may say it. */
export async function reportMissing(
  deps: Pick<Deps, 'db'>,
  actor: Actor,
  conversationId: string,
  text: string,
): Promise<void> {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > MAX_REPORT) {
    throw new UserError(`Say what is missing in 1 to ${MAX_REPORT} characters.`, {
      code: 'text_refused',
      field: 'text',
      httpStatus: 422,
    });
  }
  await deps.db.sql.begin(async (tx) => {
    await tx`
      insert into agent_reports (workspace_id, admin_id, conversation_id, text)
      values (${actor.workspaceId}, ${actor.adminId}, ${conversationId}, ${trimmed})`;
    await writeAudit(tx, actor, 'reported_missing', { conversation: conversationId });
  });
}
