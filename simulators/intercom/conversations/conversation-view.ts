import type { ApiContext } from '../context.ts';
import type { Attachment, Conversation, Part, PartAuthor } from '../records.ts';
import { referenceView } from '../schema/values.ts';
import { htmlToText } from '../text.ts';
import { V216 } from '../versions.ts';
import type { Workspace } from '../workspace.ts';
import { statisticsOf } from './statistics.ts';
import { fileAddress } from './stored-files.ts';

type ViewContext = Pick<ApiContext, 'workspace' | 'version' | 'query' | 'state'>;

/** At most this many parts, the newest (Intercom API 2.16, GET /conversations/{id}). */
const PARTS_LIMIT = 500;

/** The conversation as lists show it: without its parts. */
export function conversationSummary(
  context: ViewContext,
  conversation: Conversation,
): Record<string, unknown> {
  const { workspace } = context;
  const unassigned = context.version >= V216 ? 0 : null;
  return {
    type: 'conversation',
    id: conversation.id,
    created_at: conversation.createdAt,
    updated_at: conversation.updatedAt,
    waiting_since: conversation.waitingSince,
    snoozed_until: conversation.snoozedUntil,
    source: {
      type: 'conversation',
      id: conversation.messageId,
      delivered_as: 'customer_initiated',
      subject: conversation.subject,
      body: shownBody(context, conversation.body),
      author: authorView(workspace, contactAuthor(workspace, conversation.authorContactId)),
      attachments: conversation.sourceAttachments.map((each) => attachmentView(context, each)),
      url: null,
      redacted: conversation.sourceRedacted,
    },
    contacts: {
      type: 'contact.list',
      contacts: conversation.contactIds.map((id) => ({
        type: 'contact',
        id,
        external_id: workspace.contacts.get(id)?.externalId ?? null,
      })),
    },
    first_contact_reply: { created_at: conversation.createdAt, type: 'conversation', url: null },
    admin_assignee_id: conversation.adminAssigneeId === 0 ? unassigned : conversation.adminAssigneeId,
    team_assignee_id: conversation.teamAssigneeId === 0 ? unassigned : conversation.teamAssigneeId,
    open: conversation.open,
    state: conversation.state,
    read: conversation.read,
    tags: {
      type: 'tag.list',
      tags: conversation.tags.map((tag) => ({
        type: 'tag',
        id: tag.id,
        name: workspace.tags.get(tag.id)?.name ?? null,
        applied_at: tag.appliedAt,
        applied_by: tag.appliedBy,
      })),
    },
    priority: priorityView(context, conversation.priority),
    sla_applied: null,
    statistics: statisticsOf(conversation),
    conversation_rating: null,
    teammates: teammatesView(conversation),
    title: conversation.title,
    custom_attributes: attributesView(workspace, conversation),
    topics: {},
    ticket: null,
    linked_objects: { type: 'list', data: [], total_count: 0, has_more: false },
    ai_agent: null,
    ai_agent_participated: false,
    ...(conversation.companyId === null ? {} : { company: { type: 'company', id: conversation.companyId } }),
  };
}

export function conversationView(context: ViewContext, conversation: Conversation): Record<string, unknown> {
  const parts = conversation.parts.slice(-PARTS_LIMIT);
  return {
    ...conversationSummary(context, conversation),
    conversation_parts: {
      type: 'conversation_part.list',
      conversation_parts: parts.map((part) => partView(context, part)),
      total_count: parts.length,
    },
  };
}

function partView(context: ViewContext, part: Part): Record<string, unknown> {
  return {
    type: 'conversation_part',
    id: part.id,
    part_type: part.partType,
    body: part.body === null ? null : shownBody(context, part.body),
    created_at: part.createdAt,
    updated_at: part.updatedAt,
    notified_at: part.createdAt,
    assigned_to: part.assignedTo,
    author: authorView(context.workspace, part.author),
    attachments: part.attachments.map((each) => attachmentView(context, each)),
    external_id: null,
    redacted: part.redacted,
    metadata: {},
    email_message_metadata: null,
    state: part.state,
    app_package_code: null,
  };
}

function shownBody(context: ViewContext, html: string): string {
  return context.query.get('display_as') === 'plaintext' ? htmlToText(html) : html;
}

export function contactAuthor(workspace: Workspace, contactId: string): PartAuthor {
  return { type: workspace.contacts.get(contactId)?.role ?? 'user', id: contactId };
}

function authorView(workspace: Workspace, author: PartAuthor): Record<string, unknown> {
  if (author.type === 'bot') {
    return { type: 'bot', id: author.id, name: 'Operator', email: `operator+${workspace.id}@intercom.io` };
  }
  const person =
    author.type === 'admin' ? workspace.admins.get(author.id) : workspace.contacts.get(author.id);
  return { type: author.type, id: author.id, name: person?.name ?? null, email: person?.email ?? null };
}

/** Download addresses expire, so that name, size and type are all that identifies a file for good. */
function attachmentView(context: ViewContext, attachment: Attachment): Record<string, unknown> {
  return {
    type: 'upload',
    name: attachment.name,
    url: fileAddress(context.state, attachment),
    content_type: attachment.contentType,
    filesize: attachment.filesize,
    width: null,
    height: null,
  };
}

function priorityView(context: ViewContext, priority: string): string {
  if (context.version >= V216) return priority;
  return priority === 'none' ? 'not_priority' : 'priority';
}

/** Teammates who wrote at least one part. */
function teammatesView(conversation: Conversation): Record<string, unknown> | null {
  const ids = new Set(
    conversation.parts.filter((part) => part.author.type === 'admin').map((part) => part.author.id),
  );
  if (ids.size === 0) return null;
  return { type: 'admin.list', teammates: [...ids].map((id) => ({ type: 'admin', id })) };
}

function attributesView(workspace: Workspace, conversation: Conversation): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const [id, value] of conversation.customAttributes) {
    const attribute = workspace.conversationAttributes.get(id);
    if (attribute === undefined || attribute.archived) continue;
    view[attribute.name] =
      attribute.reference !== null && Array.isArray(value)
        ? referenceView(workspace, attribute.reference.objectTypeId, value)
        : value;
  }
  return view;
}
