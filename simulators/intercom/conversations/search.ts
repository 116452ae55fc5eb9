import { ok, type ApiContext, type Reply } from '../context.ts';
import { cursorPage } from '../paging.ts';
import type { Conversation } from '../records.ts';
import type { FieldSpec, FieldValue } from '../search/operators.ts';
import { readSearch } from '../search/query.ts';
import { htmlToText, tokensOf } from '../text.ts';
import type { Workspace } from '../workspace.ts';
import { isIndexedToken } from './conversation-store.ts';
import { conversationSummary } from './conversation-view.ts';
import { statisticsOf } from './statistics.ts';

type Read = (conversation: Conversation) => FieldValue | readonly FieldValue[];
type Type = FieldSpec<Conversation>['type'];

const FIELDS: Readonly<Record<string, [Type, Read]>> = {
  id: ['string', (conversation) => conversation.id],
  created_at: ['date', (conversation) => conversation.createdAt],
  updated_at: ['date', (conversation) => conversation.updatedAt],
  waiting_since: ['date', (conversation) => conversation.waitingSince],
  snoozed_until: ['date', (conversation) => conversation.snoozedUntil],
  'source.type': ['string', () => 'conversation'],
  'source.id': ['string', (conversation) => conversation.messageId],
  'source.delivered_as': ['string', () => 'customer_initiated'],
  'source.subject': ['string', (conversation) => conversation.subject],
  'source.author.id': ['string', (conversation) => conversation.authorContactId],
  'source.url': ['string', () => null],
  contact_ids: ['string', (conversation) => conversation.contactIds],
  teammate_ids: ['string', (conversation) => adminIds(conversation)],
  admin_assignee_id: ['integer', (conversation) => conversation.adminAssigneeId],
  team_assignee_id: ['integer', (conversation) => conversation.teamAssigneeId],
  open: ['boolean', (conversation) => conversation.open],
  read: ['boolean', (conversation) => conversation.read],
  state: ['string', (conversation) => conversation.state],
  tag_ids: ['string', (conversation) => conversation.tags.map((tag) => tag.id)],
  priority: ['string', (conversation) => conversation.priority],
  ai_agent_participated: ['boolean', () => false],
};

const STATISTIC_DATES = /_at$/;
const STATISTICS = new Set([
  'time_to_assignment',
  'time_to_admin_reply',
  'time_to_first_close',
  'time_to_last_close',
  'median_time_to_reply',
  'first_contact_reply_at',
  'first_assignment_at',
  'first_admin_reply_at',
  'first_close_at',
  'last_assignment_at',
  'last_assignment_admin_reply_at',
  'last_contact_reply_at',
  'last_admin_reply_at',
  'last_close_at',
  'last_closed_by_id',
  'count_reopens',
  'count_assignments',
  'count_conversation_parts',
]);

function adminIds(conversation: Conversation): string[] {
  return conversation.parts.filter((part) => part.author.type === 'admin').map((part) => part.author.id);
}

/** Custom attributes are not among the searchable fields, so they are refused like any unknown name. */
function fieldSpec(workspace: Workspace, field: string): FieldSpec<Conversation> | null {
  const known = FIELDS[field];
  if (known !== undefined) return { type: known[0], read: known[1] };
  if (field === 'source.body') {
    // Every word on its own: a phrase never matches with "=".
    return {
      type: 'string',
      ignoreCase: true,
      read: (conversation) => [...tokensOf(htmlToText(conversation.body))],
    };
  }
  if (field === 'source.author.email' || field === 'source.author.name') {
    const key = field === 'source.author.email' ? 'email' : 'name';
    return {
      type: 'string',
      read: (conversation) => workspace.contacts.get(conversation.authorContactId)?.[key] ?? null,
    };
  }
  if (field === 'source.author.type') {
    return {
      type: 'string',
      read: (conversation) => workspace.contacts.get(conversation.authorContactId)?.role ?? null,
    };
  }
  if (!field.startsWith('statistics.')) return null;
  const name = field.slice('statistics.'.length);
  if (!STATISTICS.has(name)) return null;
  const type = name === 'last_closed_by_id' ? 'string' : STATISTIC_DATES.test(name) ? 'date' : 'integer';
  return {
    type,
    read: (conversation) => {
      const value = statisticsOf(conversation)[name];
      return typeof value === 'number' || typeof value === 'string' ? value : null;
    },
  };
}

/** The delay of the index is undocumented; it follows the same setting as for contacts. */
export function searchConversations(context: ApiContext): Reply {
  const request = readSearch(context, (field) => fieldSpec(context.workspace, field), 20);
  const indexedBefore = context.nowMs - context.state.searchLagMs;
  const found = candidates(context.workspace, request.equals).filter(
    (conversation) => conversation.createdMs <= indexedBefore && request.matches(conversation),
  );
  const read = request.sort === null ? undefined : FIELDS[request.sort.field]?.[1];
  const direction = request.sort?.ascending === true ? 1 : -1;
  if (read === undefined) found.reverse();
  else found.sort((a, b) => (Number(read(a)) - Number(read(b))) * direction);
  const page = cursorPage(found, request.perPage, request.startingAfter);
  return ok({
    type: 'conversation.list',
    pages: page.pages,
    total_count: page.total,
    conversations: page.items.map((conversation) => conversationSummary(context, conversation)),
  });
}

function candidates(workspace: Workspace, equals: { field: string; value: string }[]): Conversation[] {
  for (const { field, value } of equals) {
    const ids = indexed(workspace, field, value);
    if (ids !== null) return [...ids].flatMap((id) => workspace.conversations.get(id) ?? []);
  }
  return [...workspace.conversations.values()];
}

const NONE: ReadonlySet<string> = new Set();

function indexed(workspace: Workspace, field: string, value: string): ReadonlySet<string> | null {
  if (field === 'id') return new Set([value]);
  if (field === 'contact_ids') return workspace.conversationsByContact.get(value) ?? NONE;
  if (field === 'tag_ids') return workspace.conversationsByTag.get(value) ?? NONE;
  const token = value.toLowerCase();
  if (field === 'source.body' && isIndexedToken(token))
    return workspace.conversationsByToken.get(token) ?? NONE;
  return null;
}
