import { UserError } from '../../errors.ts';
import { isObject } from '../../objects/paths.ts';
import type { Actor } from '../actors.ts';
import { writeAudit } from '../audit.ts';
import type { Deps } from '../deps.ts';
import { recordsLinkedTo, recordsOf, shownObjects, withFields } from './panel-links.ts';
import { first, keptUrl, panelValues, PRIORITY_KEYS, SLA_KEYS, STATUS_KEYS } from './panel-values.ts';
import { readOpening, readStanding, type MovedRow, type Opened, type OpeningRow } from './opening.ts';
import { standingFrom, type Standing } from './standing.ts';
import type { ConversationPanel, PanelOpening } from '../use-cases.ts';

const MAX_REPORT = 2000;

/** What the panel shows of a conversation, and who looks; null when the app is not installed there (any more). */
export async function openPanel(
  deps: Deps,
  opened: Opened,
  options: { standing: 'always' | 'unless_moved'; fresh: boolean },
): Promise<PanelOpening | null> {
  const { workspaceId, adminId } = opened;
  const row = await readOpening(deps.db.sql, opened, {
    shown: shownObjects(deps),
    standing: options.standing,
  });
  if (row === null) return null;
  return {
    actor: { workspaceId, adminId, role: row.role },
    timezone: row.timezone,
    moved: row.moved === null ? null : await conversationPanel(deps, workspaceId, row, row.moved),
    owned: row.moved === null ? recordsOf(deps, row.linked, row.sourceTimezone) : [],
    standing: row.standing === null ? null : await standingFrom(deps, row.standing, options.fresh),
  };
}

/** Where the migration stands, for whoever looks at its state: what is counted is counted now. */
export async function getStanding(deps: Deps, { workspaceId }: Actor): Promise<Standing> {
  return standingFrom(deps, await readStanding(deps.db.sql, workspaceId), true);
}

async function conversationPanel(
  deps: Deps,
  workspaceId: string,
  { linked, sourceTimezone: timezone }: OpeningRow,
  moved: MovedRow,
): Promise<ConversationPanel | null> {
  const definition = deps.registry.find(moved.object);
  if (definition === undefined) return null;
  const needed = definition.fields.filter(
    ({ key, type }) =>
      type === 'reference' ||
      type === 'references' ||
      [...STATUS_KEYS, ...PRIORITY_KEYS, ...SLA_KEYS].includes(key),
  );
  const read = withFields(
    definition,
    needed.map(({ key }) => key),
  );
  const values = panelValues(moved.raw ?? {}, read, timezone);
  const rows = linked.filter(({ owned }) => !owned);
  const related = await recordsLinkedTo(deps, workspaceId, { definition: read, values, rows, timezone });
  const among = new Set(related.map(({ object, source_id }) => `${object}:${source_id}`));
  const owned = recordsOf(
    deps,
    linked.filter((row) => row.owned),
    timezone,
  );
  return {
    number: moved.displayId ?? moved.sourceId,
    url: addressOf(moved),
    status: first(values, STATUS_KEYS),
    priority: first(values, PRIORITY_KEYS),
    sla: first(values, SLA_KEYS),
    imported_at: new Date(moved.importedAt).toISOString(),
    related,
    owned: owned.filter(({ object, source_id }) => !among.has(`${object}:${source_id}`)),
  };
}

/** The record's own address if its map made one, else that of the desk. */
function addressOf({ raw, attributes, baseUrl }: MovedRow): string | null {
  const kept = keptUrl(raw);
  if (kept !== null) return kept;
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
