import { UserError } from '../../errors.ts';
import { isObject, type Raw } from '../../objects/paths.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../documents.ts';
import { getContactRecords, isAmong, recordsLinkedTo } from './panel-links.ts';
import { first, keptUrl, panelValues, PRIORITY_KEYS, SLA_KEYS, STATUS_KEYS } from './panel-values.ts';
import { getSettingsFor } from '../settings.ts';
import type { ConversationPanel } from '../use-cases.ts';

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
  contactId: string | null = null,
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
  const [related, owned] = await Promise.all([
    recordsLinkedTo(deps, actor.workspaceId, { definition, sourceId: row.sourceId, values }),
    contactId === null ? [] : getContactRecords(deps, actor, contactId),
  ]);
  return {
    number: row.displayId ?? row.sourceId,
    url: addressOf(row),
    status: first(values, STATUS_KEYS),
    priority: first(values, PRIORITY_KEYS),
    sla: first(values, SLA_KEYS),
    imported_at: (row.importedAt ?? row.updatedAt).toISOString(),
    related,
    owned: owned.filter((one) => !isAmong(related, one)),
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
